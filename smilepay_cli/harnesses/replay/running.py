"""A run: trial after trial in the order of the set, on a scratch copy of the wallet."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from smilepay_cli.harnesses.replay.conditions import AFTERWARDS, CEBIT, Conditions
from smilepay_cli.harnesses.replay.trials import Wallet, run_trial
from smilepay_cli.verbs.gallery import open_gallery
from smilepay_cli.vocabulary.instants import from_iso

if TYPE_CHECKING:
    from smilepay_cli.ports import FrameSource
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.trials import Outcome, Trial

IN_A_BATCH = 500
"""Trials that one commit makes durable, where they carry on from each other."""


class Turns(Protocol):
    """A memory that lets go of a trial's pictures when the trial is over, and knows what came of trials before."""

    def outcome(self, trial: Trial) -> Outcome | None:
        """What came of a trial with these words and files that was run before under these conditions."""

    def keep(self, outcome: Outcome) -> None:
        """Know it from now on."""

    def turn(self) -> None:
        """The next trial."""

    def is_known(self) -> bool:
        """Whether everything that can be asked of the frames opened last is known."""


def in_turn(trials: Iterable[Trial]) -> Generator[Trial]:
    """Nobody looks ahead."""
    yield from trials


@dataclass(frozen=True, slots=True)
class Run:
    """What a run needs."""

    wallet: Wallet
    conditions: Conditions
    memory: Turns
    frames: Callable[[Trial], FrameSource]
    """Opens the frames of a trial. Raises UsageProblem for files that cannot be used."""
    ahead: Callable[[Iterable[Trial]], Generator[Trial]] = in_turn
    """The same trials in the same order, each when what is on its pictures is known."""

    def outcomes(self, trials: Iterable[Trial], first: int = 0) -> Generator[Outcome]:
        """What came of each, from the one numbered `first` on; one at a time, and none is kept."""
        with closing(self.ahead(trials)) as coming:
            if self.conditions.carry_state:
                yield from self._carrying_on(coming, first)
            else:
                yield from self._each_by_itself(coming, first)

    def _tried(self, trial: Trial, row: int) -> Outcome:
        return run_trial(self.wallet, self.conditions, trial, row, self.frames, self.memory.is_known)

    def _each_by_itself(self, trials: Iterator[Trial], first: int) -> Iterator[Outcome]:
        store = self.wallet.till.store
        for row, trial in enumerate(trials, start=first):
            outcome = self.memory.outcome(trial)
            if outcome is None:
                with store.rehearsal():
                    outcome = self._tried(trial, row)
                self.memory.keep(outcome)
            self.memory.turn()
            yield outcome

    def _carrying_on(self, trials: Iterator[Trial], first: int) -> Iterator[Outcome]:
        store, numbered = self.wallet.till.store, enumerate(trials, start=first)
        while True:
            made: list[Outcome] = []
            with store.batch():
                for row, trial in islice(numbered, IN_A_BATCH):
                    made.append(self._tried(trial, row))
                    self.memory.turn()
            if not made:
                return
            yield from made


def wallet_of(till: Till) -> Wallet:
    """The scratch wallet as it is before the first trial. Raises StoreUnusable for references of another engine."""
    from smilepay_cli.vocabulary.ledger import name_key

    with till.store.reading() as books:
        names = {person.account_id: person.name for person in books.people.all()}
        newest = books.trail.latest(1)
        gallery = open_gallery(till, books)
    return Wallet(
        till=till,
        names=names,
        accounts={name_key(name): account for account, name in names.items()},
        gallery=gallery,
        currency=till.catalogue.load().currency,
        begun=max(from_iso(str(newest[0].body["at"])) + AFTERWARDS, CEBIT) if newest else CEBIT,
    )
