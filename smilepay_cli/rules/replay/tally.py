"""Counting while a replay runs: what is kept does not grow with the rows, only with species, targets and reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.replay.counting import (
    before_pad,
    counted,
    false_reject_reason,
    is_lost,
    left_out,
    species_of,
)
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.rows import Retold
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Kind, Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bins = NDArray[np.int64]

FORMAT = "smilepay-tally/1"
SCORES = ("mated", "non_mated", "attack")
"""Dissimilarities of bona fide and zero-effort rows to the own account and to others; of attacks to their target."""
BINS = 1000
PER_UNIT = 500
"""Bin i holds what is above i / 500 and at most (i + 1) / 500, so that its upper edge is a threshold of whole counts;
one bin more holds everything above 2, and what is no number.
"""


class Tally:
    """Counts of a run so far. The order of rows does not matter, and two tallies of one policy can be put together."""

    def __init__(self) -> None:
        import numpy as np

        self.rows = 0
        self.dissimilarity_max: float | None = None
        """The policy's; None before the first row."""
        self._counts: Counter[tuple[str, ...]] = Counter()
        self.scores: dict[str, Bins] = {name: np.zeros(BINS + 1, dtype=np.int64) for name in SCORES}

    def add(self, outcome: Outcome, *, dissimilarity_max: float) -> None:
        """One row more. Raises ValueError for another threshold than before, TypeError for a row read from a file."""
        if isinstance(outcome, Retold):
            raise TypeError("a row from results.jsonl has too few comparisons in it to be counted")
        self._hold_to(dissimilarity_max)
        self.rows += 1
        for name, group, is_hit in counted(outcome):
            self._count(name, group, int(is_hit), 1)
            if name == "frr" and is_hit:
                self._counts["false_reject", false_reject_reason(outcome)] += 1
        self._tell_reasons(outcome)
        self._move(outcome)
        self._compare(outcome, dissimilarity_max)

    def rate(self, name: str, group: str = "") -> Rate:
        """k of n; 0 of 0 for what was never counted."""
        return Rate(self._counts["hit", name, group], self._counts["of", name, group])

    def groups(self, name: str) -> list[str]:
        """The kinds or species that a measure was counted for, in order of the alphabet."""
        return sorted({key[2] for key in self._counts if key[:2] == ("of", name) and key[2]})

    @property
    def species(self) -> list[str]:
        """All species of attacks and injections."""
        return self.groups("iapar")

    def told(self, *head: str) -> dict[str, int]:
        """Counts under a head: `told("false_reject")` by reason, `told("refused", "attack", species)` by reason,
        `told("before_pad", species)` by cause, `told("left_out")` by why. The most frequent come first.
        """
        places = {key[-1]: n for key, n in self._counts.items() if key[:-1] == head and n}
        return dict(sorted(places.items(), key=lambda item: (-item[1], item[0])))

    def money(self, by: str) -> dict[str, dict[str, int]]:
        """Minor units moved, by currency, for each `kind`, `species`, `target`, or `payer` of what should not have
        moved.
        """
        moved: dict[str, dict[str, int]] = {}
        for key, minor in sorted(self._counts.items()):
            if key[:2] == ("money", by):
                moved.setdefault(key[2], {})[key[3]] = minor
        return moved

    def histograms(self) -> dict[str, Any]:
        """Dissimilarities as pairs of a bin and a count, empty bins left out, and how wide a bin is: for curves.py."""
        bins = {
            told: [[place, int(count)] for place, count in enumerate(self.scores[name]) if count]
            for told, name in (("mated", "mated"), ("non_mated", "non_mated"), ("attacks", "attack"))
        }
        return {"bin": 1 / PER_UNIT, **bins}

    def merge(self, other: Tally) -> None:
        """Add what another tally of the same policy has counted. Raises ValueError for one of another."""
        if other.dissimilarity_max is not None:
            self._hold_to(other.dissimilarity_max)
        self.rows += other.rows
        self._counts.update(other._counts)
        for name in SCORES:
            self.scores[name] += other.scores[name]

    def as_json(self) -> dict[str, Any]:
        """Everything, exactly, in an order of its own."""
        bins = {name: {str(at): int(n) for at, n in enumerate(counts) if n} for name, counts in self.scores.items()}
        return {
            "format": FORMAT,
            "rows": self.rows,
            "dissimilarity_max": self.dissimilarity_max,
            "counts": [[*key, n] for key, n in sorted(self._counts.items()) if n],
            "scores": bins,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Tally:
        """The reverse. Raises UsageProblem for anything that `as_json` does not write."""
        tally = cls()
        try:
            tally.rows, tally.dissimilarity_max = told["rows"], told["dissimilarity_max"]
            tally._counts.update({tuple(key): n for *key, n in told["counts"]})
            for name in SCORES:
                for place, n in told["scores"][name].items():
                    tally.scores[name][int(place)] = n
            numbers = [tally.rows, *tally._counts.values()]
            is_same = all(type(n) is int and n >= 0 for n in numbers) and tally.as_json() == told
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError):
            is_same = False
        if not is_same:
            raise UsageProblem("this is no tally of a replay that this version can go on from", reason="bad_tally")
        return tally

    def _hold_to(self, dissimilarity_max: float) -> None:
        if self.dissimilarity_max not in (None, dissimilarity_max):
            raise ValueError(f"counted at {self.dissimilarity_max}, and now at {dissimilarity_max}")
        self.dissimilarity_max = dissimilarity_max

    def _count(self, name: str, group: str, hits: int, trials: int) -> None:
        self._counts["hit", name, group] += hits
        self._counts["of", name, group] += trials

    def _tell_reasons(self, outcome: Outcome) -> None:
        trial, counts = outcome.trial, self._counts
        species = species_of(outcome) if trial.kind.is_attack else ""
        if outcome.reason is not None:
            counts["refused", trial.kind.value, species, outcome.reason] += 1
        if trial.kind.is_attack:
            if outcome.pad is None:
                counts["before_pad", species, before_pad(outcome)] += 1
        elif why := left_out(outcome):
            counts["left_out", why] += 1

    def _move(self, outcome: Outcome) -> None:
        for by, name in _money_of(outcome):
            self._counts["money", by, name, outcome.currency] += outcome.moved_minor

    def _compare(self, outcome: Outcome, dissimilarity_max: float) -> None:
        if not outcome.compared:
            return
        mated = () if outcome.comparisons.mated is None else (outcome.comparisons.mated,)
        if outcome.trial.kind.is_attack:
            self._score("attack", mated)
            return
        others = outcome.comparisons.others
        within = self._score("mated", mated, dissimilarity_max)
        if mated:
            self._count("fnmr", "", len(mated) - within, len(mated))
        within = self._score("non_mated", others, dissimilarity_max)
        if others:
            self._count("fmr", "", within, len(others))

    def _score(self, name: str, dissimilarities: Iterable[float], dissimilarity_max: float = 0.0) -> int:
        """Into the bins; how many are within the threshold, where what is no number never is."""
        import numpy as np

        values = np.fromiter(dissimilarities, dtype=np.float64)
        places = np.full(len(values), BINS)
        known = np.isfinite(values)
        places[known] = np.clip(np.ceil(values[known] * PER_UNIT) - 1, 0, BINS)
        np.add.at(self.scores[name], places, 1)
        return int((values <= dissimilarity_max).sum())


def merged(tallies: Iterable[Tally]) -> Tally:
    """One tally of many."""
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole


def _money_of(outcome: Outcome) -> Iterator[tuple[str, str]]:
    if not outcome.moved_minor:
        return
    kind = outcome.trial.kind
    yield "kind", kind.value
    if kind.is_attack:
        yield "species", species_of(outcome)
    if kind is not Kind.BONA_FIDE and outcome.trial.target is not None:
        yield "target", outcome.trial.target
    if is_lost(outcome):
        yield "payer", outcome.payer or "nobody"
