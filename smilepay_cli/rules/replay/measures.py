"""From counts to measures by the names of the standards, each with its definition, and what its numbers cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from smilepay_cli.rules.replay.counting import UNUSABLE_FILE
from smilepay_cli.rules.replay.definitions import DEFINITIONS, Definition
from smilepay_cli.rules.replay.rates import Rate, figures, percent
from smilepay_cli.rules.replay.tally import Tally
from smilepay_cli.vocabulary.trials import Kind

_UNION = 0.975
"""Confidence of each of two intervals whose sum is to hold with 95 %: the errors add up at most (union bound)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure of a run. `value` is None where nothing was counted, and its bounds then say that all is possible."""

    definition: Definition
    group: str | None = None
    """The species or kind that it is of; None for one of the whole run."""
    rate: Rate | None = None
    """None for a sum of two rates (RIAPAR)."""
    value: float | None = None
    lower: float = 0.0
    upper: float = 1.0
    upper_one_sided: float = 1.0
    worst: str | None = None
    """The species that a maximum over species comes from."""
    note: str = ""
    """What is to be known about this figure; may be empty."""
    fewest: int | None = None
    """Of a sum of two rates: the trials of the one that fewer speak for."""

    @property
    def name(self) -> str:
        """As gates write it, without the group: `iapar`."""
        return self.definition.name

    @property
    def key(self) -> str:
        """As gates write it: `iapar[print_halftone]`."""
        return self.name if self.group is None else f"{self.name}[{self.group}]"

    def as_json(self) -> dict[str, Any]:
        """k and n are null for a sum of two rates."""
        if self.rate is not None:
            return self.rate.as_json()
        return {"k": None, "n": None} | figures(self.value, self.lower, self.upper, self.upper_one_sided)

    def __str__(self) -> str:
        if self.rate is not None:
            return str(self.rate)
        if self.value is None:
            return "nothing counted"
        return f"{percent(self.value)} % ({percent(self.lower)}-{percent(self.upper)} %)"


def measures(tally: Tally, *, enrolments: Rate | None = None) -> list[Measure]:
    """All measures in the order of the definitions; by species the maximum first. `enrolments`: failed of tried."""
    return [
        _single("fte", enrolments or Rate(0, 0), note="" if enrolments else "Nobody was enrolled for this run."),
        _single("fta", tally.rate("fta")),
        *(_single("fta", tally.rate("fta", kind), group=kind) for kind in _kinds(tally, "fta")),
        *(_single(name, tally.rate(name)) for name in ("fmr", "fnmr")),
        *(_single(name, tally.rate(name), note=_left_out(tally)) for name in ("fpir", "fnir", "far", "frr")),
        _single("bpcer", tally.rate("bpcer")),
        *_by_species(tally, "apcer"),
        *_by_species(tally, "iapar"),
        *_by_species(tally, "iapar_target"),
        *_riapar(tally),
        *(_single("paid", tally.rate("paid_by_kind", kind), group=kind) for kind in _kinds(tally, "paid_by_kind")),
        *(_single("paid", tally.rate("paid", species), group=species) for species in tally.species),
        _single("unexpected", tally.rate("unexpected")),
    ]


def rates_json(found: Sequence[Measure]) -> dict[str, dict[str, Any]]:
    """For summary.json: every measure under the name that gates use."""
    return {measure.key: measure.as_json() for measure in found}


def _single(name: str, rate: Rate, *, group: str | None = None, note: str = "", worst: str | None = None) -> Measure:
    return Measure(
        definition=DEFINITIONS[name],
        group=group,
        rate=rate,
        value=rate.value if rate.n else None,
        lower=rate.lower,
        upper=rate.upper,
        upper_one_sided=rate.upper_one_sided,
        worst=worst,
        note=" ".join(filter(None, (note, DEFINITIONS[name].caution if rate.n and group is None else ""))),
    )


def _by_species(tally: Tally, name: str) -> Iterator[Measure]:
    """The maximum, and every species; nothing at all where the run has no attacks."""
    of_species = [
        _single(name, tally.rate(name, species), group=species, note=_note(tally, name, species))
        for species in tally.species
    ]
    if of_species:
        worst = max(of_species, key=_badness)
        assert worst.rate is not None
        yield _single(name, worst.rate, worst=worst.group, note=_maximum(worst, of_species))
    yield from of_species


def _riapar(tally: Tally) -> Iterator[Measure]:
    of_species = [_sum(tally.rate("iapar", species), tally.rate("frr"), species) for species in tally.species]
    if of_species:
        worst = max(of_species, key=_badness)
        note = f"{_maximum(worst, of_species)} {worst.definition.caution}"
        yield replace(worst, group=None, worst=worst.group, note=note)
    yield from of_species


def _sum(iapar: Rate, frr: Rate, species: str) -> Measure:
    """RIAPAR = 1 + (IAPAR - (1 - FRR)) = IAPAR + FRR."""
    (low, high), (frr_low, frr_high) = iapar.interval_at(_UNION), frr.interval_at(_UNION)
    return Measure(
        definition=DEFINITIONS["riapar"],
        group=species,
        value=iapar.value + frr.value if iapar.n and frr.n else None,
        lower=low + frr_low,
        upper=high + frr_high,
        fewest=min(iapar.n, frr.n),
        upper_one_sided=iapar.upper + frr.upper,  # the upper limits of 95 % two-sided are those of 97.5 % one-sided
    )


def _maximum(worst: Measure, of_species: Sequence[Measure]) -> str:
    """Whose figure the maximum is; and whose bound is higher still, because too few trials speak for it."""
    told = f"The maximum over species is that of {worst.group}."
    doubtful = max(of_species, key=lambda measure: measure.upper_one_sided)
    if doubtful.upper_one_sided > worst.upper_one_sided:
        told += (
            f" The upper bound of {doubtful.group} is higher, {percent(doubtful.upper_one_sided)} %: gates look at all."
        )
    return told


def _badness(measure: Measure) -> tuple[float, float]:
    """The highest rate; of equal ones the one that fewer trials speak for. Without trials last."""
    return (-1.0 if measure.value is None else measure.value, measure.upper_one_sided)


def _note(tally: Tally, name: str, species: str) -> str:
    causes = tally.told("before_pad", species)
    if name == "apcer" and causes:
        ended = ", ".join(f"{n:,} {cause}" for cause, n in causes.items())
        of = tally.rate("iapar", species).n
        before = f"{sum(causes.values()):,} of {of:,} ended before PAD was asked ({ended})"
        return f"{before}: it comes after the match."
    if name != "apcer" and (unusable := causes.get(UNUSABLE_FILE, 0)):
        return f"{unusable:,} of these were files that could not be used."
    return ""


def _left_out(tally: Tally) -> str:
    """Rows that count for no error of recognition."""
    return " ".join(f"Not counted: {n:,} ({why})." for why, n in tally.told("left_out").items())


def _kinds(tally: Tally, name: str) -> list[str]:
    present = set(tally.groups(name))
    return [kind.value for kind in Kind if kind.value in present]
