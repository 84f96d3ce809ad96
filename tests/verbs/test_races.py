"""Eight tills of one wallet at once: a payment happens once or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
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
from tests.measured import note
from tests.verbs.paying import selfie, till_of
from tests.verbs.profile import often

ROOT = Path(__file__).parents[2]
PROCESSES = 8
AGAIN = pytest.mark.parametrize("turn", range(often(1, 12)))
"""Each race once, or several times: nobody wins the same way twice."""
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

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.verbs.paying"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self._child.stdout is not None
        assert self._child.stdout.readline() == "ready\n"

    def tell(self, home: Path, tasks: list[dict[str, Any]]) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write("".join(json.dumps({"home": str(home), **task}) + "\n" for task in tasks))
        self._child.stdin.flush()

    def hear(self, answers: int) -> list[dict[str, Any]]:
        """So many answers; fewer where it died."""
        assert self._child.stdout is not None
        lines = (self._child.stdout.readline() for _ in range(answers))
        return [json.loads(line) for line in lines if line]

    def end(self) -> None:
        self._child.communicate()


@pytest.fixture(scope="module")
def tills() -> Iterator[list[Process]]:
    """Eight, which have imported everything: all of a race's time is the race."""
    processes = [Process() for _ in range(PROCESSES)]
    for process in processes:
        process.wait_until_ready()
    yield processes
    for process in processes:
        process.end()
    note(f"races: the longest that anybody waited for an answer among {PROCESSES} processes: {max(WAITS):.2f} s")


WAITS = [0.0]


def at_once(tills: list[Process], home: Path, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Deal the tasks out to the processes, let them go together, and collect the answers."""
    for place, process in enumerate(tills):
        process.tell(home, tasks[place :: len(tills)])
    answers = [
        answer for place, process in enumerate(tills) for answer in process.hear(len(tasks[place :: len(tills)]))
    ]
    assert len(answers) == len(tasks), "a process died"
    WAITS.append(max(answer["seconds"] for answer in answers))
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


@AGAIN
def test_money_for_five_pays_five_times(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Twenty payments of 3.00 by eight tills from an account of 15.00."""
    enrolled(till, "ann", "15")
    answers = at_once(tills, tmp_path / "home", [task("ann", amount="3", merchant="kiosk") for _ in range(20)])
    done = [answer for answer in answers if answer["exit"] == 0]
    assert len(done) == len({answer["payment"] for answer in done}) == 5
    assert {answer["reason"] for answer in answers if answer["exit"]} == {"insufficient_funds"}
    assert available(till, "ann") == 0
    assert sorted(captures(till)) == sorted(answer["payment"] for answer in done)
    check_books(till, events=21)


@AGAIN
def test_one_order_is_paid_once(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Eight tills, half of them name the order, half take the newest open one."""
    enrolled(till, "ann", "100")
    order = shop(till, ["latte"], selfie("ann", next(NOISE))).order
    assert order is not None
    named = [task("ann", order_id=order.id) for _ in range(4)]
    answers = at_once(tills, tmp_path / "home", [*named, *[task("ann") for _ in range(4)]])
    assert sorted(answer["exit"] for answer in answers) == [0] + [22] * 7
    assert {answer["reason"] for answer in answers} <= {None, "order_not_open", "no_open_order"}
    assert len(captures(till)) == 1
    assert available(till, "ann") == 10_000 - order.total.minor
    check_books(till, events=2 + 8)


@AGAIN
def test_one_order_is_paid_once_under_one_key(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Eight tills that try the same thing again: one capture, and whoever gets no 22 is told of that one."""
    enrolled(till, "ann", "100")
    order = shop(till, ["stamp"], selfie("ann", next(NOISE))).order
    assert order is not None
    answers = at_once(tills, tmp_path / "home", [task("ann", order_id=order.id, key="k") for _ in range(PROCESSES)])
    done = [answer for answer in answers if answer["exit"] == 0]
    assert [answer["repeated"] for answer in done].count(False) == 1
    assert {answer["payment"] for answer in done} == set(captures(till)) and len(captures(till)) == 1
    assert {(answer["exit"], answer["reason"]) for answer in answers} <= {(0, None), (22, "order_not_open")}
    check_books(till, events=2 + PROCESSES)


@AGAIN
def test_one_key_is_one_payment(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Sixteen selfies with the same key: one payment, and everybody is told of it. Other parameters are 21."""
    enrolled(till, "ann", "100")
    tasks = [task("ann", amount="3", merchant="kiosk", key="k") for _ in range(16)]
    answers = at_once(tills, tmp_path / "home", tasks)
    assert {answer["exit"] for answer in answers} == {0}
    assert [answer["repeated"] for answer in answers].count(False) == 1
    assert {answer["payment"] for answer in answers} == set(captures(till)) and len(captures(till)) == 1
    assert available(till, "ann") == 9_700
    others = [{"amount": "3.01", "merchant": "kiosk"}, {"amount": "3", "merchant": "cafe"}, {"account": "ann"}]
    asked = [task("ann", key="k", **others[number % 3]) for number in range(PROCESSES)]
    assert {answer["exit"] for answer in at_once(tills, tmp_path / "home", asked)} == {21}
    check_books(till, events=1 + 16 + PROCESSES)


@AGAIN
def test_one_key_with_different_parameters_is_one_of_them(
    till: Till, tills: list[Process], tmp_path: Path, turn: int
) -> None:
    """Who comes first binds the key; the others of the same parameters are told of it, the rest is 21."""
    enrolled(till, "ann", "100")
    asked = [task("ann", amount=str(1 + number % 2), merchant="kiosk", key="k") for number in range(16)]
    answers = at_once(tills, tmp_path / "home", asked)
    assert len(captures(till)) == 1
    assert sorted(answer["exit"] for answer in answers) == [0] * 8 + [21] * 8
    assert {answer["payment"] for answer in answers if answer["exit"] == 0} == set(captures(till))
    check_books(till, events=17)


def authorized(till: Till, *, hold: bool) -> str:
    result = pay(till, PayRequest(amount="3", merchant="kiosk", hold=hold), selfie("ann", next(NOISE)))
    assert result.payment is not None
    return result.payment.hold.id


@AGAIN
def test_a_payment_is_given_back_once(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Eight refunds of all of it: one. Sixteen refunds of a third: three."""
    enrolled(till, "ann", "10")
    whole, parts = authorized(till, hold=False), authorized(till, hold=False)
    answers = at_once(tills, tmp_path / "home", [{"verb": "refund", "of": whole} for _ in range(PROCESSES)])
    assert sorted(answer["exit"] for answer in answers) == [0] + [22] * 7
    answers = at_once(tills, tmp_path / "home", [{"verb": "refund", "of": parts, "amount": "1"} for _ in range(16)])
    assert sorted(answer["exit"] for answer in answers) == [0] * 3 + [22] * 13
    assert available(till, "ann") == 1_000
    check_books(till, events=3 + PROCESSES + 16)


@AGAIN
def test_a_hold_is_captured_or_voided(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Four tills capture, four void: one of them ends the hold, and the money is where that one says."""
    enrolled(till, "ann", "10")
    held = authorized(till, hold=True)
    asked = [{"verb": verb, "of": held} for _ in range(4) for verb in ("capture", "void")]
    answers = at_once(tills, tmp_path / "home", asked)
    assert sorted(answer["exit"] for answer in answers) == [0] + [22] * 7
    assert available(till, "ann") == (700 if captures(till) else 1_000)
    check_books(till, events=2 + PROCESSES)


@AGAIN
def test_money_is_spent_or_taken_out(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Payments, holds and withdrawals of three each from fifteen: five of them, whichever."""
    enrolled(till, "ann", "15")
    paying = [task("ann", amount="3", merchant="kiosk", hold=bool(number % 2)) for number in range(8)]
    answers = at_once(
        tills, tmp_path / "home", [*paying, *({"verb": "withdraw", "of": "ann", "amount": "3"} for _ in range(8))]
    )
    assert sorted(answer["exit"] for answer in answers) == [0] * 5 + [20] * 11
    assert available(till, "ann") == 0
    check_books(till, events=1 + 16)


@AGAIN
def test_who_is_forgotten_while_they_pay(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """Seven tills take payments while the eighth forgets: paid before, or no account any more; nothing in between."""
    enrolled(till, "ann", "100")
    asked = [task("ann", amount="3", merchant="kiosk") for _ in range(PROCESSES - 1)]
    answers = at_once(tills, tmp_path / "home", [*asked, {"verb": "forget", "of": "ann"}])
    assert {(answer["exit"], answer["reason"]) for answer in answers} <= {
        (0, None),
        (10, "no_match"),
        (14, "locked_out"),
    }
    assert len(captures(till)) == sum(answer["exit"] == 0 for answer in answers) - 1
    with till.store.reading() as books:
        left = books.trail._db.execute("SELECT sum(amount_minor) FROM postings WHERE account_id LIKE 'acc%'")  # type: ignore[attr-defined]
        assert left.fetchone() == (0,)
    check_books(till, events=1 + PROCESSES)


@AGAIN
def test_one_picture_pays_once(till: Till, tills: list[Process], tmp_path: Path, turn: int) -> None:
    """The same selfie at eight tills: the others are told so, and locked out after five of that."""
    enrolled(till, "ann", "100")
    same = task("ann", amount="3", merchant="kiosk")
    answers = at_once(tills, tmp_path / "home", [dict(same) for _ in range(PROCESSES)])
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
    till: Till, tills: list[Process], tmp_path: Path, policy: str, most: int
) -> None:
    """At one terminal: as many get a comparison as the policy says, however many come at the same moment."""
    enrolled(till, "ann", "100")
    answers = at_once(
        tills,
        tmp_path / "home",
        [task(f"stranger {n}", policy=policy, amount="3", merchant="kiosk") for n in range(200)],
    )
    assert compared(till) == most
    assert sorted(answer["reason"] for answer in answers) == ["locked_out"] * (200 - most) + ["no_match"] * most
    check_books(till, events=1 + 200)


@pytest.mark.parametrize(("policy", "most"), [("standard", 5), ("strict", 3)])
def test_two_hundred_claims_of_one_account_are_compared_five_times(
    till: Till, tills: list[Process], tmp_path: Path, policy: str, most: int
) -> None:
    """Against one account, from eight processes: a terminal of its own for every attempt does not help."""
    enrolled(till, "ann", "100")
    answers = at_once(
        tills,
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


def test_eight_honest_people_at_one_till_all_pay(till: Till, tills: list[Process], tmp_path: Path) -> None:
    """More than the lockout's number at the same moment: they wait for each other, and nobody is sent away."""
    people = [f"person {n}" for n in range(PROCESSES)]
    for person in people:
        enrolled(till, person, "100")
    answers = at_once(
        tills, tmp_path / "home", [task(person, amount="3", merchant="kiosk") for _ in range(5) for person in people]
    )
    assert [answer["reason"] for answer in answers] == [None] * 40
    assert compared(till) == 40
    assert {available(till, person) for person in people} == {10_000 - 5 * 300}
    check_books(till, events=PROCESSES + 40)


def test_a_till_killed_at_its_comparison_counts(till: Till, tmp_path: Path) -> None:
    """What it learned is not known. It is waited for a little while, and then it is a strike of its time."""
    enrolled(till, "ann", "100")
    for turn in range(5):
        process = Process()
        process.wait_until_ready()
        process.tell(tmp_path / "home", [task("stranger", dies=True, amount="3", merchant="kiosk")])
        assert process.hear(1) == []
        process.end()
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
