"""A till in a process of its own: `python -m tests.verbs.paying`, told what to do on standard input.

Each line of input is a JSON object: the `home`, `person` and `noise` of the picture, the till's `terminal` and `policy`
where they are not the usual ones, and the fields of a PayRequest. With `dies` the process kills itself at its first
comparison. With `verb` it is no payment but capture, void, refund, withdraw or forget, of what `of` names. Each line of
output is the answer, written only after the verb returned: what is printed was acknowledged. `seconds` is how long the
verb took.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.adapters.system import RandomIds, SystemClock
from smilepay_cli.rules.profiles import PROFILES, STANDARD
from smilepay_cli.verbs import accounts, cash, payments
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.results import Result
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.source import PictureSource


def till_of(home: Path) -> Till:
    """Everything as in the program, but for the engine."""
    return Till(
        store=SqliteStore(home),
        engine=FakeEngine(),
        vault=FileVault(home),
        packed=PackedGalleryFile(home),
        pins=Argon2Pins(),
        catalogue=CatalogueFile(home),
        clock=SystemClock(),
        ids=RandomIds(),
        policy=STANDARD,
    )


def selfie(person: str, noise: int, *, smile: bool = True) -> PictureSource:
    """A picture; another noise is another picture."""
    return PictureSource(picture(person, smile=smile, noise=noise))


class Dying(FakeEngine):
    """Makes no template: the process is gone at once, as by SIGKILL or a power cut."""

    def descriptors(self, faces: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


VERBS = {
    "capture": payments.capture,
    "void": payments.void,
    "refund": payments.refund,
    "withdraw": cash.withdraw,
    "forget": accounts.forget,
}


def answer(till: Till, task: dict[str, Any]) -> dict[str, Any]:
    """Do it, and tell what came of it."""
    began = time.monotonic()
    result = _other(till, task) if "verb" in task else _paid(till, task)
    payment = getattr(result, "payment", None)
    return {
        "exit": int(result.exit),
        "reason": result.refusal.reason if result.refusal else None,
        "payment": payment.hold.id if payment else None,
        "repeated": getattr(result, "repeated", False),
        "event": result.events[0],
        "seconds": time.monotonic() - began,
    }


def _other(till: Till, task: dict[str, Any]) -> Result:
    named = [task["of"], *([task["amount"]] if "amount" in task else [])]
    done: Result = VERBS[task["verb"]](till, *named)  # type: ignore[operator]
    return done


def _paid(till: Till, task: dict[str, Any]) -> Result:
    source = selfie(task.pop("person"), task.pop("noise"))
    till = replace(
        till,
        terminal=task.pop("terminal", till.terminal),
        policy=PROFILES[task.pop("policy", "standard")],
        engine=Dying() if task.pop("dies", False) else till.engine,
    )
    return pay(till, PayRequest(**task), source)


def main() -> None:
    """Serve until the input ends."""
    _say("ready")
    till = None
    for line in sys.stdin:
        task = json.loads(line)
        home = Path(task.pop("home"))
        if till is None or till.store.path != home / "wallet.db":  # type: ignore[attr-defined]
            if till is not None:
                till.store.close()
            till = till_of(home)
        _say(json.dumps(answer(till, task)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
