"""Eight tills of one wallet at once, and tills that are killed: a payment happens once or not at all."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.rules.lockout import UNDER_WAY
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.shop import shop
from smilepay_cli.verbs.till import Till
from tests.fakes.fixed import FixedClock
from tests.verbs.paying import selfie, till_of

ROOT = Path(__file__).parents[2]
PROCESSES = 8
NOISE = count(1)
"""Each picture is presented once."""


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = till_of(tmp_path / "home")
    yield till
    till.store.close()


def enrolled(till: Till, name: str, deposit: str) -> None:
    result = enroll(till, name, selfie(name, next(NOISE), smile=False), deposit=deposit)
    assert result.outcome == "done"


class Process:
    """A till in a process of its own (paying.py)."""

    def __init__(self, home: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.verbs.paying", str(home)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self._child.stdout is not None
        assert self._child.stdout.readline() == "ready\n"

    def tell(self, *tasks: dict[str, Any]) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write("".join(json.dumps(task) + "\n" for task in tasks))
        self._child.stdin.flush()

    def kill(self) -> None:
        self._child.kill()

    def answers(self) -> list[dict[str, Any]]:
        """Everything that was acknowledged until the process ended."""
        out, _ = self._child.communicate()
        return [json.loads(line) for line in out.splitlines() if line.endswith("}")]


def at_once(home: Path, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deal the tasks out to the processes, let them go together, and collect the answers."""
    processes = [Process(home) for _ in range(PROCESSES)]
    for process in processes:
        process.wait_until_ready()
    for place, process in enumerate(processes):
        process.tell(*tasks[place::PROCESSES])
    answers = [answer for process in processes for answer in process.answers()]
    assert len(answers) == len(tasks), "a process died"
    return answers


def task(person: str, **request: Any) -> dict[str, Any]:
    return {"person": person, "noise": next(NOISE), **request}


def captures(till: Till) -> list[str]:
    """Payments that were captured, as the ledger has them."""
    with till.store.reading() as books:
        return [made.hold_id or "" for made, _ in books.ledger.transactions() if made.kind == "capture"]


def available(till: Till, name: str) -> int:
    with till.store.reading() as books:
        person = books.people.by_name(name)
        assert person is not None
        return books.ledger.balance(person.account_id, person.currency, till.clock.now()).available.minor


def check_books(till: Till, *, events: int) -> None:
    """The chain holds, every posting has its counterpart, and every attempt left one event."""
    assert verify(till).count == events
    with till.store.reading() as books:
        sums = books.trail._db.execute("SELECT sum(amount_minor) FROM postings").fetchone()  # type: ignore[attr-defined]
        assert sums == (0,)
        assert books.trail._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)  # type: ignore[attr-defined]


def test_money_for_five_pays_five_times(till: Till, tmp_path: Path) -> None:
    """Twenty payments of 3.00 by eight tills from an account of 15.00."""
    enrolled(till, "ann", "15")
    answers = at_once(tmp_path / "home", [task("ann", amount="3", merchant="kiosk") for _ in range(20)])
    done = [answer for answer in answers if answer["exit"] == 0]
    assert len(done) == len({answer["payment"] for answer in done}) == 5
    assert {answer["reason"] for answer in answers if answer["exit"]} == {"insufficient_funds"}
    assert available(till, "ann") == 0
    assert sorted(captures(till)) == sorted(answer["payment"] for answer in done)
    check_books(till, events=21)


def test_one_order_is_paid_once(till: Till, tmp_path: Path) -> None:
    """Eight tills, half of them name the order, half take the newest open one."""
    enrolled(till, "ann", "100")
    order = shop(till, ["latte"], selfie("ann", next(NOISE))).order
    assert order is not None
    named = [task("ann", order_id=order.id) for _ in range(4)]
    answers = at_once(tmp_path / "home", [*named, *[task("ann") for _ in range(4)]])
    assert sorted(answer["exit"] for answer in answers) == [0] + [22] * 7
    assert {answer["reason"] for answer in answers} <= {None, "order_not_open", "no_open_order"}
    assert len(captures(till)) == 1
    assert available(till, "ann") == 10_000 - order.total.minor
    check_books(till, events=2 + 8)


def test_one_key_is_one_payment(till: Till, tmp_path: Path) -> None:
    """Sixteen calls with the same key: the first success, or the news that it was made a moment ago."""
    enrolled(till, "ann", "100")
    tasks = [task("ann", amount="3", merchant="kiosk", key="k") for _ in range(16)]
    answers = at_once(tmp_path / "home", tasks)
    first = [answer for answer in answers if answer["exit"] == 0 and not answer["repeated"]]
    assert len(first) == 1
    for answer in answers:
        assert (answer["exit"], answer["payment"]) in {(0, first[0]["payment"]), (22, None)}
    assert captures(till) == [first[0]["payment"]]
    assert available(till, "ann") == 9_700
    check_books(till, events=1 + 16)


def test_one_picture_pays_once(till: Till, tmp_path: Path) -> None:
    """The same selfie at eight tills: the others are told so, and locked out after five of that."""
    enrolled(till, "ann", "100")
    same = task("ann", amount="3", merchant="kiosk")
    answers = at_once(tmp_path / "home", [dict(same) for _ in range(PROCESSES)])
    assert [answer["exit"] for answer in answers].count(0) == 1
    assert {answer["reason"] for answer in answers} <= {None, "used_before", "locked_out"}
    assert len(captures(till)) == 1 and available(till, "ann") == 9_700


def compared(till: Till) -> int:
    """How many attempts got a comparison, as their events have it."""
    with till.store.reading() as books:
        events = books.trail.latest(10_000)
        assert books.trail._db.execute("SELECT * FROM slots").fetchall() == []  # type: ignore[attr-defined]
    return sum(check["name"] == "match" for event in events for check in event.body.get("checks", ()))


@pytest.mark.parametrize(("policy", "most"), [("standard", 5), ("strict", 3)])
def test_two_hundred_strangers_at_once_are_compared_five_times(
    till: Till, tmp_path: Path, policy: str, most: int
) -> None:
    """At one terminal: as many get a comparison as the policy says, however many come at the same moment."""
    enrolled(till, "ann", "100")
    answers = at_once(
        tmp_path / "home",
        [task(f"stranger {n}", policy=policy, amount="3", merchant="kiosk") for n in range(200)],
    )
    assert compared(till) == most
    assert sorted(answer["reason"] for answer in answers) == ["locked_out"] * (200 - most) + ["no_match"] * most
    check_books(till, events=1 + 200)


@pytest.mark.parametrize(("policy", "most"), [("standard", 5), ("strict", 3)])
def test_two_hundred_claims_of_one_account_are_compared_five_times(
    till: Till, tmp_path: Path, policy: str, most: int
) -> None:
    """Against one account, from eight processes: a terminal of its own for every attempt does not help."""
    enrolled(till, "ann", "100")
    answers = at_once(
        tmp_path / "home",
        [
            task(
                f"stranger {n}",
                policy=policy,
                terminal=f"t{n}",
                amount="3",
                merchant="kiosk",
                account="ann",
            )
            for n in range(200)
        ],
    )
    assert compared(till) == most
    assert sorted(answer["reason"] for answer in answers) == ["locked_out"] * (200 - most) + ["no_match"] * most


def test_eight_honest_people_at_one_till_all_pay(till: Till, tmp_path: Path) -> None:
    """More than the lockout's number at the same moment: they wait for each other, and nobody is sent away."""
    people = [f"person {n}" for n in range(PROCESSES)]
    for person in people:
        enrolled(till, person, "100")
    answers = at_once(
        tmp_path / "home", [task(person, amount="3", merchant="kiosk") for _ in range(5) for person in people]
    )
    assert [answer["reason"] for answer in answers] == [None] * 40
    assert compared(till) == 40
    assert {available(till, person) for person in people} == {10_000 - 5 * 300}
    check_books(till, events=PROCESSES + 40)


def test_a_till_killed_at_its_comparison_counts(till: Till, tmp_path: Path) -> None:
    """What it learned is not known. It is waited for a little while, and then it is a strike of its time."""
    enrolled(till, "ann", "100")
    for turn in range(5):
        process = Process(tmp_path / "home")
        process.wait_until_ready()
        process.tell(task("stranger", dies=True, amount="3", merchant="kiosk"))
        assert process.answers() == []
        with till.store.reading() as books:
            assert len(books.slots.at("local")) == turn + 1
    check_books(till, events=1)

    def paid_after(seconds: float) -> tuple[str | None, str]:
        later = replace(till, clock=FixedClock(datetime.now(UTC) + timedelta(seconds=seconds)))
        result = pay(later, PayRequest(amount="3", merchant="kiosk"), selfie("ann", next(NOISE)))
        return (result.refusal.reason, result.refusal.message) if result.refusal else (None, "")

    reason, message = paid_after(0)
    assert reason == "locked_out" and "going on at this moment" in message
    reason, message = paid_after(UNDER_WAY.total_seconds() + 1)
    assert reason == "locked_out" and "locked for another" in message
    assert paid_after(STANDARD.lockout_seconds + 1) == (None, "")


def test_a_killed_till_loses_and_doubles_nothing(till: Till, tmp_path: Path) -> None:
    """Twenty tills killed at random moments while they pay, four at a time."""
    enrolled(till, "ann", "1900")
    chance = random.Random(20150315)  # noqa: S311 - the same moments every time
    acknowledged: list[str] = []
    told = 0
    for _ in range(5):
        processes = [Process(tmp_path / "home") for _ in range(4)]
        for process in processes:
            process.wait_until_ready()
            process.tell(*[task("ann", amount="0.01", merchant="kiosk") for _ in range(500)])
            told += 500
        for process in processes:
            time.sleep(chance.uniform(0.02, 0.2))
            process.kill()
        for process in processes:
            answers = process.answers()
            assert all(answer["exit"] == 0 for answer in answers)
            acknowledged += [answer["payment"] for answer in answers]
        captured = captures(till)
        assert len(captured) == len(set(captured)), "doubled"
        assert set(acknowledged) <= set(captured), "acknowledged and lost"
        assert len(captured) <= len(acknowledged) + 20, "more than the one that each was at when it was killed"
    assert 0 < len(acknowledged) < told
    assert available(till, "ann") == 190_000 - len(captures(till))
    check_books(till, events=1 + len(captures(till)))
