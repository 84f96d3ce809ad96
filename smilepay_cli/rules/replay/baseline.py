"""Two runs of the same trials, compared in pairs: what changed, for whom, and whether chance explains it.

Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages, Psychometrika 12
(1947), 153-157; here in its exact form: of the trials that ended differently, each direction is as likely as the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from smilepay_cli.rules.replay.rates import plain
from smilepay_cli.rules.replay.rows import ACCEPTED
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.trials import Kind

SIGNIFICANT = 0.05


class Told(NamedTuple):
    """What is kept of a row: the same few values for most rows, so that 100,000 of them take little room."""

    trial: tuple[Any, ...]
    """Kind, species, account and subject: whether it is the same trial."""
    answer: tuple[Any, ...]
    """Whether accepted, whether paid, the reason, and as whom."""
    files: int
    """Of the first frame presented, which does not hang on the policy as the number of frames does; 0 for none."""

    @property
    def accepted(self) -> bool:
        """The biometric answer; of a bona fide presentation that somebody was accepted as who is shown."""
        return bool(self.answer[0])

    @property
    def paid(self) -> bool:
        """The whole answer."""
        return bool(self.answer[1])


@dataclass(frozen=True, slots=True)
class Change:
    """A trial that ended otherwise than before."""

    id: str
    kind: str
    accepted: tuple[bool, bool]
    """Then, now."""
    paid: tuple[bool, bool]
    reason: tuple[str | None, str | None]
    """Why not paid; None when paid."""
    matched: tuple[str | None, str | None]

    @property
    def is_worse(self) -> bool:
        """Whether somebody who means well got less than before, or anybody else got more."""
        then, now = (0, 1) if self.kind == Kind.BONA_FIDE else (1, 0)
        return any(answers[then] and not answers[now] for answers in (self.accepted, self.paid))

    def as_json(self) -> dict[str, Any]:
        """For summary.json."""
        then_now = {"accepted": self.accepted, "paid": self.paid, "reason": self.reason, "matched": self.matched}
        return {"id": self.id, "kind": self.kind, **{name: list(pair) for name, pair in then_now.items()}}


@dataclass(frozen=True, slots=True)
class Paired:
    """One question about the trials of a kind, answered in both runs."""

    kind: str
    aspect: str
    """`accepted` or `paid`."""
    both: int
    only_then: int
    only_now: int
    neither: int
    p_value: float
    """McNemar's exact test, two-sided; 1 when nothing changed."""

    @property
    def then(self) -> int:
        """How many of `n` in the run before."""
        return self.both + self.only_then

    @property
    def now(self) -> int:
        """How many of `n` in this run."""
        return self.both + self.only_now

    @property
    def n(self) -> int:
        """Trials of the kind in both runs."""
        return self.both + self.only_then + self.only_now + self.neither

    @property
    def direction(self) -> str:
        """`better`, `worse` or `same`: more of it is better for bona fide presentations, and for no others."""
        if self.only_now == self.only_then:
            return "same"
        return "better" if (self.only_now > self.only_then) is (self.kind == Kind.BONA_FIDE) else "worse"

    def as_json(self) -> dict[str, Any]:
        """For summary.json."""
        counts = {"n": self.n, "then": self.then, "now": self.now}
        table = {"both": self.both, "only_then": self.only_then, "only_now": self.only_now, "neither": self.neither}
        return {**counts, **table, "direction": self.direction, "p_value": float(f"{self.p_value:.6g}")}

    def __str__(self) -> str:
        told = f"{self.kind}, {self.aspect}: {self.then:,} of {self.n:,} then, {self.now:,} now"
        if not self.only_then + self.only_now:
            return f"{told}; no trial changed"
        by_chance = "which may be chance" if self.p_value > SIGNIFICANT else "which is hardly chance"
        turned = f"{self.only_now:,} gained, {self.only_then:,} lost"
        return f"{told} ({turned}): {self.direction}, p = {plain(self.p_value)}, {by_chance}"


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs side by side. Lists are in the order of the run now."""

    pairs: tuple[Paired, ...]
    changes: tuple[Change, ...]
    only_then: tuple[str, ...]
    only_now: tuple[str, ...]
    other_trials: tuple[str, ...]
    """Ids of both runs that do not name the same trial, or not the same files; not compared."""

    def as_json(self) -> dict[str, Any]:
        """For summary.json."""
        kinds = dict.fromkeys(pair.kind for pair in self.pairs)
        return {
            "kinds": {kind: {p.aspect: p.as_json() for p in self.pairs if p.kind == kind} for kind in kinds},
            "changes": [change.as_json() for change in self.changes],
            "only_then": list(self.only_then),
            "only_now": list(self.only_now),
            "other_trials": list(self.other_trials),
        }


def compare(then: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> Compared:
    """Rows of two results.jsonl, paired by id; each is read once, and little is kept of a row.

    Raises UsageProblem for rows that are none, an id twice in a run, and runs that have no trial in common.
    """
    kept: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    before = dict(_told(then, "the baseline", kept))
    counts: dict[tuple[str, str], list[int]] = {}
    changes: list[Change] = []
    only_now: list[str] = []
    others: list[str] = []
    for name, told in _told(now, "this run", kept):
        earlier = before.pop(name, None)
        if earlier is None:
            only_now.append(name)
        elif earlier.trial != told.trial or (earlier.files and told.files and earlier.files != told.files):
            others.append(name)
        else:
            _count(counts, earlier, told)
            changes += _change(name, earlier, told)
    if not counts:
        raise _no_pairs(bool(others))
    order = [kind.value for kind in Kind]
    pairs = [_paired(*key, counts[key]) for key in sorted(counts, key=lambda key: (order.index(key[0]), key[1]))]
    return Compared(tuple(pairs), tuple(changes), tuple(before), tuple(only_now), tuple(others))


def mcnemar(only_then: int, only_now: int) -> float:
    """The exact two-sided p-value of the pairs that differ."""
    if not only_then + only_now:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(only_now, only_then + only_now, 0.5).pvalue)


def _told(
    rows: Iterable[Mapping[str, Any]], whose: str, kept: dict[tuple[Any, ...], tuple[Any, ...]]
) -> Iterator[tuple[str, Told]]:
    """Ids with what is kept of each row; equal tuples are one object."""
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        try:
            name, kind = row["id"], Kind(row["kind"]).value
            trial = (kind, row["pai_species"], row["account"], row["subject"])
            matched = row["decision"]["matched"]
            is_another = kind == Kind.BONA_FIDE and matched != (row["subject"] or row["account"] or matched)
            is_accepted = row["outcome"] == ACCEPTED and not is_another
            answer = (is_accepted, row["exit"] == ExitStatus.DONE, row["reason"], matched)
            files = hash(row["digests"][0]) if row["digests"] else 0
            told = Told(kept.setdefault(trial, trial), kept.setdefault(answer, answer), files)
        except (KeyError, TypeError, ValueError):
            raise UsageProblem(f"row {number:,} of {whose} is no result of a replay", reason="bad_baseline") from None
        if not isinstance(name, str) or name in seen:
            raise UsageProblem(f"row {number:,} of {whose} has no id of its own: {name!r}", reason="bad_baseline")
        seen.add(name)
        yield name, told


def _count(counts: dict[tuple[str, str], list[int]], then: Told, now: Told) -> None:
    for aspect, was, is_now in (("accepted", then.accepted, now.accepted), ("paid", then.paid, now.paid)):
        places = counts.setdefault((now.trial[0], aspect), [0, 0, 0, 0])
        places[2 * (not was) + (not is_now)] += 1


def _change(name: str, then: Told, now: Told) -> Iterator[Change]:
    if then.answer != now.answer:
        yield Change(name, str(now.trial[0]), *zip(then.answer, now.answer, strict=True))


def _paired(kind: str, aspect: str, places: list[int]) -> Paired:
    both, only_then, only_now, neither = places
    return Paired(kind, aspect, both, only_then, only_now, neither, mcnemar(only_then, only_now))


def _no_pairs(is_same_ids: bool) -> UsageProblem:
    if is_same_ids:
        message = "the baseline has the same ids, but other trials or other files under them"
    else:
        message = "the baseline has no trial in common with this run"
    return UsageProblem(message, hint="compare runs of the same set", reason="bad_baseline")
