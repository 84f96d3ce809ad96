"""Trials through the very path that pay takes: what comes of each is what `pay` would have said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from smilepay_cli.harnesses.replay.conditions import AFTERWARDS, CEBIT, Conditions
from smilepay_cli.harnesses.replay.running import IN_A_BATCH, Run, wallet_of
from smilepay_cli.ports import FrameSource
from smilepay_cli.verbs.audit import verify
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.instants import from_iso
from smilepay_cli.vocabulary.trials import Kind, Outcome, Trial
from tests.fakes.fake_engine import FakeEngine, empty_picture, picture
from tests.fakes.source import PictureSource
from tests.verbs.paying import selfie, till_of


@dataclass
class Turns:
    """Counts them."""

    turns: int = 0
    noise: dict[str, int] = field(default_factory=dict)
    before: dict[str, Outcome] = field(default_factory=dict)
    kept: list[Outcome] = field(default_factory=list)

    def turn(self) -> None:
        self.turns += 1

    def is_known(self) -> bool:
        return False

    def outcome(self, trial: Trial) -> Outcome | None:
        return self.before.get(trial.id)

    def keep(self, outcome: Outcome) -> None:
        self.kept.append(outcome)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = till_of(tmp_path / "home")
    enroll(till, "ann", selfie("ann", 1, smile=False), deposit="100")
    enroll(till, "bob", selfie("bob", 1, smile=False), deposit="100")
    yield till
    till.store.close()


def opened(trial: Trial) -> FrameSource:
    """By the words of its path: who is on it, and how often it was shown before."""
    person, _, noise = trial.path.partition(" ")
    if person == "unreadable":
        raise UsageProblem("unreadable: no such file", reason="unreadable_file")
    if person == "nobody":
        return PictureSource(empty_picture())
    return PictureSource(picture(person, smile=noise != "grave", noise=sum(noise.encode()) + 10))


def run_of(till: Till, *, carry_state: bool = False, frames: Callable[[Trial], FrameSource] = opened) -> Run:
    conditions = Conditions(seed=1, amount_minor=100, merchant="kiosk", carry_state=carry_state)
    return Run(wallet_of(till), conditions, Turns(), frames)


def trial(path: str, **words: str) -> Trial:
    kind = Kind.ATTACK if "pai_species" in words else Kind.BONA_FIDE
    return Trial(id=path, path=path, kind=kind, **words)  # type: ignore[arg-type]


def outcomes(till: Till, *trials: Trial, carry_state: bool = False) -> list[Outcome]:
    return list(run_of(till, carry_state=carry_state).outcomes(trials))


def test_what_came_before_is_told_again_and_not_run(till: Till) -> None:
    """As it was; what is run is kept. Where trials carry on from each other, nothing is told again."""
    (once,) = outcomes(till, trial("ann"))
    run = run_of(till)
    run.memory.before["ann"] = replace(once, message="told again")  # type: ignore[attr-defined]  # ours
    told, anew = run.outcomes([trial("ann"), trial("bob")])
    assert told.message == "told again" and anew.matched == "bob"
    assert run.memory.kept == [anew]  # type: ignore[attr-defined]  # ours
    carrying = run_of(till, carry_state=True)
    carrying.memory.before["ann"] = replace(once, message="told again")  # type: ignore[attr-defined]  # ours
    assert [outcome.message for outcome in carrying.outcomes([trial("ann")])] == [None]


def test_what_comes_of_a_trial(till: Till) -> None:
    """Exit, reason, who it was, what moved; names and no ids; everybody compared with."""
    paid, grave, stranger, nobody, unreadable, unknown = outcomes(
        till, trial("ann x", subject="ann"), trial("ann grave", subject="Ann"), trial("eve x", subject="eve"),
        trial("nobody"), trial("unreadable"), trial("ann y", account="zoe"),
    )  # fmt: skip
    assert (paid.exit, paid.reason, paid.matched, paid.payer, paid.moved_minor) == (0, None, "ann", "ann", 100)
    assert paid.accepted and paid.acquired and paid.pad == "bona_fide" and paid.event and paid.frames == 1
    assert paid.comparisons.mated == pytest.approx(paid.dissimilarity) and len(paid.comparisons.others) == 1
    assert (paid.nearest, paid.runner_up) == ("ann", "bob")
    assert (grave.exit, grave.reason, grave.matched, grave.pad, grave.accepted) == (
        13, "smile_not_shown", "ann", "attack", False,
    )  # fmt: skip
    assert grave.subject_enrolled and grave.comparisons.mated is not None and grave.moved_minor == 0
    assert (stranger.exit, stranger.matched, stranger.pad, stranger.subject_enrolled) == (10, None, None, False)
    assert stranger.comparisons.mated is None and len(stranger.comparisons.others) == 2
    assert (nobody.exit, nobody.compared, nobody.comparisons.others) == (12, False, ())
    assert (unreadable.exit, unreadable.reason, unreadable.event) == (2, "unreadable_file", None)
    assert unreadable.message == "unreadable: no such file" and not unreadable.acquired
    assert unknown.exit == 2 and not unknown.target_enrolled
    text = str([outcome.checks for outcome in (paid, grave, stranger)])
    assert "'ann'" in text and "acc_" not in text


def test_claims(till: Till) -> None:
    """1:1 for a row that claims an account: another one is refused, and it is the claimed one's money."""
    right, wrong = outcomes(till, trial("ann x", account="ann"), trial("bob x", account="ann", pai_species="print"))
    assert (right.exit, right.payer, right.target_enrolled) == (0, "ann", True)
    assert (wrong.exit, wrong.moved_minor, wrong.matched) == (10, 0, None)


def test_trials_by_themselves_leave_nothing(till: Till) -> None:
    """And each one's picture is let go of."""
    run = run_of(till)
    before = verify(till)
    same = [trial("ann x") for _ in range(3)]
    assert [outcome.reason for outcome in run.outcomes(same)] == [None] * 3
    assert verify(till) == before and run.memory.turns == 3  # type: ignore[attr-defined]


def test_a_run_goes_on_at_a_number(till: Till) -> None:
    """Ids are those of the trial, wherever a run begins."""
    trials = [trial("ann x"), trial("bob x"), trial("eve x"), trial("ann y")]
    whole = list(run_of(till).outcomes(trials))
    assert list(run_of(till).outcomes(trials[2:], 2)) == whole[2:]


def test_state_that_is_carried(till: Till) -> None:
    """In the order of the set, over the borders of batches; and the trail holds."""
    trials = [trial("ann x"), trial("ann x"), *[trial("nobody")] * IN_A_BATCH, trial("ann y")]
    found = outcomes(till, *(replace(one, id=str(row)) for row, one in enumerate(trials)), carry_state=True)
    assert (found[0].reason, found[1].reason, found[-1].reason) == (None, "used_before", None)
    assert [outcome.event and outcome.event["seq"] for outcome in found] == list(range(3, 3 + len(trials)))
    assert verify(till).outcome == "done"


def test_a_run_that_is_left_leaves_nothing_open(till: Till) -> None:
    """Whoever stops asking, or is stopped, finds the wallet as it was, and can write to it."""
    run = run_of(till).outcomes([trial("ann x")] * 3)
    next(run)
    run.close()
    stop = iter([None, None, KeyboardInterrupt])

    def stopped(trial: Trial) -> FrameSource:
        if (error := next(stop)) is not None:
            raise error
        return opened(trial)

    made: list[Outcome] = []
    with pytest.raises(KeyboardInterrupt):
        made.extend(run_of(till, frames=stopped).outcomes([trial("ann x")] * 3))
    with till.store.writing() as books:
        assert len(books.trail.latest(10)) == 2


def test_a_store_that_cannot_be_used_ends_the_run(till: Till) -> None:
    """That is no outcome of a trial."""

    def unusable(_: Trial) -> FrameSource:
        raise StoreUnusable("full")

    with pytest.raises(StoreUnusable):
        list(run_of(till, frames=unusable).outcomes([trial("ann x")]))


def test_the_wallet_as_it_is_before(till: Till) -> None:
    """Everybody in it, and a day after its last event: lockouts and daily limits of then are over."""
    wallet = wallet_of(till)
    assert set(wallet.names.values()) == {"ann", "bob"} and set(wallet.accounts) == {"ann", "bob"}
    with till.store.reading() as books:
        newest = from_iso(str(books.trail.latest(1)[0].body["at"]))
    assert wallet.begun == newest + AFTERWARDS > CEBIT


def test_faults_are_refusals(till: Till) -> None:
    """A template that is no number denies, as it does when paying."""
    from dataclasses import replace

    broken = replace(till, engine=FakeEngine({"descriptors": np.full((1, 1, 128), np.nan)}))
    (outcome,) = outcomes(broken, trial("ann x", subject="ann"))
    assert outcome.exit != 0 and outcome.moved_minor == 0 and outcome.matched is None
