"""Tills that are killed: `python -m tests.verbs.crashing TEMPLATE FOLDER KILLS SEED`, which prints a report as JSON.

This process has imported everything and forks a till at a time, so that a kill costs some milliseconds. A till pays
and pays, and tells of each payment once `pay` has returned; then it is killed, two of a home at random moments, or one
at each SQL statement of a payment in turn. After every kill the wallet is opened and all of it is looked at. The next
till begins with what the killed one was at, under the same key, as a customer would.
"""

from __future__ import annotations

import importlib
import json
import mmap
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.ports import Books
from smilepay_cli.rules.lockout import UNDER_WAY, strikes_of, under_way
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.ledger import key_digest
from tests.verbs.paying import selfie, till_of

KILLS_OF_A_HOME = 30
LONGEST_LIFE = 3.0
"""In times that a till needs for its first payment: a third die before it, most in one of the next."""
PLACES = ("outside", "slot: writing", "slot: committing", "payment: writing", "payment: committing")
"""What the shared byte says: where a till is with its transactions."""


class Marked:
    """A store that says in shared memory when it is inside a transaction that writes."""

    def __init__(self, store: SqliteStore, mark: mmap.mmap) -> None:
        self._store, self._mark = store, mark
        self._writes = 0
        self.reading, self.unusable = store.reading, store.unusable

    def begin(self) -> None:
        """A payment starts: its first transaction takes the slot, its second moves the money."""
        self._writes = 0

    @contextmanager
    def writing(self) -> Iterator[Books]:
        place = 1 if self._writes == 0 else 3
        self._writes += 1
        with self._store.writing() as books:
            self._mark[0] = place
            yield books
            self._mark[0] = place + 1
        self._mark[0] = 0


@dataclass
class Worker:
    """A forked till: what it told, and where it was when it died."""

    pid: int
    reader: int
    mark: mmap.mmap
    name: str
    told: list[dict[str, Any]] = field(default_factory=list)
    again: str | None = None
    """The key that it was to try again."""

    def end(self, *, kill: bool = True) -> int:
        """Kill it, and hear what it had told. Returns how it ended, as `waitpid` has it."""
        if kill:
            os.kill(self.pid, signal.SIGKILL)
        with os.fdopen(self.reader) as pipe:
            self.told = [json.loads(line) for line in pipe.read().splitlines()]
        return os.waitpid(self.pid, 0)[1]


def start(home: Path, name: str, work: Callable[[Till, Marked, Callable[[dict[str, Any]], None]], None]) -> Worker:
    """Fork a till that does `work`, and tells by the function that it is given."""
    mark = mmap.mmap(-1, 1)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Worker(pid, reader, mark, name)
    try:
        os.close(reader)
        store = Marked(SqliteStore(home), mark)
        till = replace(till_of(home), store=store, terminal=name)  # type: ignore[arg-type]
        work(till, store, lambda answer: void(os.write(writer, json.dumps(answer).encode() + b"\n")))
        os._exit(0)
    except BaseException as error:
        sys.stderr.write(f"{name}: {error!r}\n")
        os._exit(3)


def void(_: object) -> None:
    """Forget a result."""


def paid(till: Till, store: Marked, key: str, noise: int) -> dict[str, Any]:
    """One cent from ann to the kiosk, under a key."""
    store.begin()
    result = pay(till, PayRequest(amount="0.01", merchant="kiosk", key=key), selfie("ann", noise))
    assert result.payment is not None, result.refusal
    return {"key": key, "payment": result.payment.hold.id, "repeated": result.repeated}


class Home:
    """One wallet and all that was acknowledged there."""

    def __init__(self, template: Path, home: Path) -> None:
        shutil.copytree(template, home)
        self.path = home
        self.till = till_of(home)
        self.acknowledged: dict[str, str] = {}
        self.unanswered: list[str] = []
        """Keys of payments that nobody heard the end of."""
        self.kills = 0
        self.noise = 1_000

    def pays_on(self, name: str) -> Worker:
        """A till that first tries again what another one was killed at, and then pays until it is killed."""
        again = self.unanswered.pop(0) if self.unanswered else None
        self.noise += 1_000
        noise = self.noise

        def work(till: Till, store: Marked, tell: Callable[[dict[str, Any]], None]) -> None:
            for number in range(900):
                key = again if number == 0 and again else f"{name}-{number}"
                tell({"trying": key})
                tell(paid(till, store, key, noise + number))
            time.sleep(60)

        worker = start(self.path, name, work)
        worker.again = again
        return worker

    def hear(self, worker: Worker) -> None:
        """What it told: every payment is a new one, or that of its key."""
        trying = worker.again
        for answer in worker.told:
            if "trying" in answer:
                trying = answer["trying"]
                continue
            known = self.acknowledged.setdefault(answer["key"], answer["payment"])
            assert known == answer["payment"], f"{answer['key']} paid twice"
            trying = None
        if trying is not None:
            self.unanswered.append(trying)

    def check(self) -> None:
        """Everything is there once and whole, and what was acknowledged is there."""
        events = verify(self.till).count
        with self.till.store.reading() as books:
            db: sqlite3.Connection = books.trail._db  # type: ignore[attr-defined]
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            whole = db.execute(
                "SELECT key_uses.key, holds.id FROM holds"
                " JOIN key_uses ON key_uses.hold_id = holds.id"
                " JOIN resolutions ON resolutions.hold_id = holds.id AND resolutions.kind = 'captured'"
                " JOIN transactions ON transactions.id = resolutions.transaction_id AND transactions.hold_id = holds.id"
                " JOIN postings ON postings.transaction_id = transactions.id AND postings.amount_minor = -1"
                " JOIN events ON events.id = transactions.event_id AND events.id = key_uses.event_id"
                " JOIN presentations ON presentations.event_id = events.id"
            ).fetchall()
            kept = {table: count(db, table) for table in ("holds", "key_uses", "resolutions", "hold_shares")}
            captures = count(db, "transactions WHERE kind = 'capture'")
            money = db.execute("SELECT sum(amount_minor) FROM postings WHERE account_id LIKE 'acc%'").fetchone()[0]
            slots = db.execute("SELECT event_id, terminal FROM slots").fetchall()
            told = {event_id for (event_id,) in db.execute("SELECT id FROM events")}
            (cleared,) = db.execute("SELECT count(*) FROM events WHERE outcome <> 'done'").fetchone()
        payments = dict(whole)  # by the keys' digests
        assert len(whole) == len(payments) == captures and set(kept.values()) == {captures}, "something is half there"
        acknowledged = {key_digest(key): payment for key, payment in self.acknowledged.items()}
        assert acknowledged.items() <= payments.items(), "acknowledged, and missing or another one"
        unheard = payments.keys() - acknowledged.keys()
        assert unheard <= set(map(key_digest, self.unanswered)), "nobody asked for it"
        assert money == 190_000 - captures
        assert cleared == 0 and events >= 1 + captures
        self.check_slots(slots, told)

    def check_slots(self, slots: list[tuple[str, str]], told: set[str]) -> None:
        """Only of attempts without an event, one a till at most; each is waited for, and then it is a strike."""
        assert not {event_id for event_id, _ in slots} & told
        assert len({terminal for _, terminal in slots}) == len(slots) <= self.kills
        with self.till.store.reading() as books:
            for _, terminal in slots:
                left = books.slots.at(terminal)
                now = self.till.clock.now()
                assert under_way(left, now) + len(strikes_of(left, now)) == 1
                assert len(strikes_of(left, now + UNDER_WAY * 2)) == 1


def count(db: sqlite3.Connection, what: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def at_random_moments(
    template: Path, folder: Path, kills: int, chance: random.Random, longest_life: float
) -> Counter[str]:
    """Two tills at a time, each killed when it comes to it. Returns where they were, and what was seen.

    On a machine that is busy with something else more kills than asked for, until some came inside a transaction.
    """
    seen: Counter[str] = Counter()
    home: Home | None = None
    while seen["kills"] < kills or (inside(seen) < kills // 20 and seen["kills"] < 4 * kills):
        if home is None or home.kills >= KILLS_OF_A_HOME:
            home = Home(template, folder / f"home-{seen['kills']}")
        workers = [home.pays_on(f"till-{home.kills + place}") for place in range(2)]
        before = len(home.acknowledged)
        for worker in workers:
            time.sleep(chance.uniform(0, longest_life))
            assert not os.waitpid(worker.pid, os.WNOHANG)[0], "it ended by itself"
            status = worker.end()
            assert os.WIFSIGNALED(status)
            home.hear(worker)
            seen[PLACES[worker.mark[0]]] += 1
            seen["told at the next try that they were made"] += sum(
                answer.get("repeated", False) for answer in worker.told
            )
        home.kills += len(workers)
        seen["payments acknowledged"] += len(home.acknowledged) - before
        seen["kills"] += len(workers)
        home.check()
        if chance.random() < 0.5:  # the last one to close empties the log; otherwise it is recovered next time
            home.till.store.close()
    return seen


def inside(seen: Counter[str]) -> int:
    """Kills between BEGIN and the end of COMMIT."""
    return sum(seen[place] for place in PLACES[1:])


def at_every_statement(template: Path, folder: Path) -> Counter[str]:
    """A till that kills itself at the first, second, ... SQL statement of its payment, until it gets through."""
    seen: Counter[str] = Counter()
    home = Home(template, folder / "statements")
    while True:
        number = seen["kills"] + 1
        home.unanswered = [f"statement-{number}"]
        worker = start(home.path, f"till-{number}", dying_at(number))
        home.kills += 1
        status = worker.end(kill=False)
        home.hear(worker)
        home.check()
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0 and f"statement-{number}" in home.acknowledged
            return seen
        assert home.acknowledged == {}
        seen["kills"] += 1
        seen[PLACES[worker.mark[0]]] += 1


def dying_at(number: int) -> Callable[[Till, Marked, Callable[[dict[str, Any]], None]], None]:
    def work(till: Till, store: Marked, tell: Callable[[dict[str, Any]], None]) -> None:
        left = number

        def on_statement(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        with till.store.reading():
            pass
        store._store._connection.set_trace_callback(on_statement)  # type: ignore[union-attr]
        tell(paid(till, store, f"statement-{number}", number))

    return work


def warmed_up(template: Path, folder: Path) -> float:
    """Import here what a payment imports when it comes to it; a till tells, since paying here would make a thread.

    Returns how many seconds a till needs then, from its start to the end of its first payment.
    """
    seconds = 0.0
    for turn in ("cold", "warm"):
        home = Home(template, folder / turn)

        def work(till: Till, store: Marked, tell: Callable[[dict[str, Any]], None]) -> None:
            before = set(sys.modules)
            paid(till, store, "first", 1)
            tell({"modules": [name for name in sys.modules if name not in before]})

        began = time.monotonic()
        worker = start(home.path, turn, work)
        assert worker.end(kill=False) == 0
        seconds = time.monotonic() - began
        for name in worker.told[0]["modules"]:
            with suppress(ModuleNotFoundError):  # made by an extension module, without a file
                importlib.import_module(name)
    return seconds


def main() -> None:
    """Both ways, and the report."""
    template, folder, kills, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    began = time.monotonic()
    longest_life = LONGEST_LIFE * warmed_up(template, folder)
    chance = random.Random(seed)  # noqa: S311 - the same moments every time, as far as a machine has them
    report = {"statements": at_every_statement(template, folder), "random": None}
    report["random"] = at_random_moments(template, folder, kills, chance, longest_life)
    sys.stdout.write(json.dumps({**report, "seconds": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main()
