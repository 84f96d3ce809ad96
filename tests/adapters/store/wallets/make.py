"""How the wallets of earlier versions in this folder were made: by the code of then, with its fake engine.

    git worktree add /tmp/then COMMIT; cd /tmp/then
    python .../tests/adapters/store/wallets/make.py FOLDER VERSION

Version 1 by commit 1f93920, version 2 by f660b14, version 3 by 9eac180, version 7 by 9a17548. The faces are numbers of
the fake engine, the names are made up, and the keys beside the files lock nothing else.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from smilepay_cli.verbs import payments
from smilepay_cli.verbs.audit import verify
from tests.verbs.conftest import Scene


def main() -> None:
    """A small story in which every table of facts gets a row."""
    folder, version = Path(sys.argv[1]), int(sys.argv[2])
    scene = Scene(folder / f"home-{version}")
    scene.enroll("Ann")
    scene.enroll("Bob", deposit="50")
    scene.shop("Ann", "latte", "latte")
    scene.pay("Ann")
    scene.pay("Ann", amount="3", merchant="kiosk", key="once")
    held = scene.pay("Bob", amount="7.50", merchant="kiosk", hold=True)
    back = scene.pay("Ann", amount="5", merchant="kiosk")
    assert held.payment and back.payment
    payments.refund(scene.till(), back.payment.hold.id, "2")
    scene.pay("stranger", amount="3", merchant="kiosk")
    scene.pay("Bob", amount="4000", merchant="kiosk")
    if version >= 3:
        with scene.store.writing() as books:
            books.slots.take("evt_left_over", "local", None, scene.clock.now())
    told = verify(scene.till())
    expected: dict[str, Any] = {
        "available": {name: scene.balance(name) for name in ("Ann", "Bob")},
        "events": told.count,
        "transactions": told.transactions,
        "head": told.head,
        "now": scene.clock.now().isoformat(),
    }
    scene.store.close()
    connection = sqlite3.connect(scene.home / "wallet.db")
    assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    tables = ("accounts", "people", "face_references", "orders", "order_lines", "holds", "resolutions", "postings",
              "transactions", "key_uses", "presentations", "events")  # fmt: skip
    expected["rows"] = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    assert all(expected["rows"].values())
    connection.close()
    wallet = (scene.home / "wallet.db").read_bytes()
    (folder / f"version-{version}.db.gz").write_bytes(gzip.compress(wallet, 9, mtime=0))
    (folder / f"version-{version}.key.txt").write_bytes((scene.home / "master.key").read_bytes())
    (folder / f"version-{version}.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
