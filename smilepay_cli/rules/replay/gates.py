"""Gates: `iapar[print*] <= 0.02`, looked at on the one-sided upper bound, so that a small n cannot pass.

fnir <= 5 %                    a measure of the whole run
iapar[print*] <= 0.02          every species whose name matches
iapar <= 0.02                  every species: the maximum
point(iapar[print*]) <= 0.02   the rate itself, whatever n is
money[print*] <= 0             minor units moved in attacks of a species, or in rows of a kind
money <= 0                     minor units moved that were not the presenter's own to spend
unexpected <= 0                rows that end otherwise than `expect` says
worse[attack] <= 0             trials of a kind, or all, that end worse than in the baseline
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from smilepay_cli.rules.profiles import nearest_name, nearest_pattern
from smilepay_cli.rules.replay.baseline import Compared
from smilepay_cli.rules.replay.definitions import DEFINITIONS, PER_SPECIES
from smilepay_cli.rules.replay.measures import Measure
from smilepay_cli.rules.replay.rates import Rate, at_best, n_needed, percent
from smilepay_cli.rules.replay.tally import Tally
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.trials import Kind

KINDS = tuple(kind.value for kind in Kind)
_AMOUNTS = ("money", "unexpected", "worse")
"""Compared as whole numbers."""
_GROUPED = {name: told.by for name, told in DEFINITIONS.items()} | {"money": ("kind", "species"), "worse": ("kind",)}
_GATE = re.compile(
    r"(?P<point>point\s*\(\s*)?(?P<name>\w+)\s*(?:\[(?P<group>.*)\])?\s*(?(point)\)\s*)"
    r"(?P<sign><=|<)\s*(?P<number>[0-9]{1,15}(?:\.[0-9]{0,15})?(?:[eE]-[0-9]{1,2})?|\.[0-9]{1,15})\s*(?P<percent>%?)",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate as it was written. `group` is a name or a pattern; None asks for the whole run, or for the maximum."""

    text: str
    name: str
    group: str | None
    is_point: bool
    is_strict: bool
    """`<`, not `<=`."""
    limit: float
    """A share, or whole minor units, or rows."""

    def lets(self, figure: float) -> bool:
        """What is no number passes no gate."""
        return figure < self.limit if self.is_strict else figure <= self.limit

    def matching(self, names: Collection[str]) -> list[str]:
        """A name that is written out goes before patterns: brackets and stars may be in names."""
        if self.group is None:
            return sorted(names)
        return [self.group] if self.group in names else sorted(n for n in names if fnmatchcase(n, self.group))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate says of one measure. `figure` is what was compared; None where nothing was counted."""

    gate: Gate
    key: str
    """`iapar[print_halftone]`."""
    holds: bool
    figure: float | None
    words: str
    """What was seen, and by how much it fails."""

    @property
    def excess(self) -> float | None:
        """By how much the figure is over the limit; 0 where the gate holds."""
        if self.figure is None:
            return None
        return 0.0 if self.holds else self.figure - self.gate.limit

    def as_json(self) -> dict[str, Any]:
        """For summary.json."""
        figures = {"figure": self.figure, "limit": self.gate.limit, "excess": self.excess}
        told = {name: None if figure is None else float(f"{figure:.6g}") for name, figure in figures.items()}
        return {"gate": self.gate.text, "measure": self.key, "holds": self.holds, **told, "words": self.words}


def parse(text: str) -> Gate:
    """A gate as typed. Raises UsageProblem for what is none, and for a limit that decides before a row is counted."""
    found = _GATE.fullmatch(text.strip())
    if found is None:
        raise _bad(f"{text!r} is no gate", "write it as 'iapar[print*] <= 0.02', 'fnir <= 5 %' or 'money <= 0'")
    name, group = found["name"], None if found["group"] is None else found["group"].strip()
    if name not in _GROUPED:
        raise _bad(f"there is no measure {name!r}", f"{nearest_name(name, _GROUPED)}there are {', '.join(_GROUPED)}")
    if group is not None and not _GROUPED[name]:
        raise _bad(f"{name} is one figure for the whole run", f"write the gate as {name}, without brackets")
    if group is None and name == "paid":
        raise _bad("paid needs a species or kind", "write it as paid[zero_effort], or paid[print*]")
    number = Decimal(found["number"])
    limit = float(number / 100 if found["percent"] else number)
    gate = Gate(text, name, group, found["point"] is not None, found["sign"] == "<", limit)
    _require_sense(gate, has_percent=bool(found["percent"]))
    return gate


def check_gate(
    text: str, species: Collection[str], kinds: Collection[str] = KINDS, *, has_baseline: bool = False
) -> Gate:
    """The gate, if a set with these species and kinds has anything for it to look at; else UsageProblem."""
    gate = parse(text)
    if gate.name == "worse" and not has_baseline:
        raise _bad(f"{text!r} has nothing to compare with", "name an earlier run: --baseline run1/summary.json")
    by = _GROUPED[gate.name]
    if gate.name in PER_SPECIES and not species:
        raise _bad(f"{text!r} matches nothing: the set has no attacks", "give rows of kind attack or injection")
    known = [*(species if "species" in by else ()), *(kinds if "kind" in by else ())]
    if gate.group is not None and not gate.matching(known):
        near = nearest_pattern(gate.group, dict.fromkeys(known))
        raise _bad(f"{text!r} matches nothing in the set", f"{near}there are {', '.join(sorted(known)) or 'none'}")
    return gate


def judge(gate: Gate, tally: Tally, found: Sequence[Measure], compared: Compared | None = None) -> list[Verdict]:
    """One verdict for each measure that the gate matches; it holds if all of them do.

    Raises UsageProblem for a gate that matches nothing.
    """
    if gate.name == "money":
        verdicts = list(_of_money(gate, tally))
    elif gate.name == "unexpected":
        verdicts = [_of_unexpected(gate, tally.rate("unexpected"))]
    elif gate.name == "worse":
        verdicts = list(_of_worse(gate, compared)) if compared else []
    else:
        own = [measure for measure in found if measure.name == gate.name]
        whole = gate.group is None and gate.name not in PER_SPECIES
        groups = [] if whole else gate.matching({measure.group for measure in own if measure.group is not None})
        chosen = [measure for measure in own if (measure.group is None if whole else measure.group in groups)]
        verdicts = [_of_measure(gate, measure) for measure in chosen]
    if not verdicts:
        raise _bad(f"{gate.text!r} matches nothing in the run", "see the names in the report")
    return verdicts


def _of_measure(gate: Gate, measure: Measure) -> Verdict:
    if measure.value is None:
        return Verdict(gate, measure.key, holds=False, figure=None, words="nothing was counted, which shows nothing")
    figure = measure.value if gate.is_point else measure.upper_one_sided
    holds = gate.lets(figure)
    words = f"{measure}, {'rate' if gate.is_point else 'upper bound'} {percent(figure)} %"
    if not holds:
        over = figure - gate.limit
        words += f", over the limit by {percent(over)} points" if over else ", which is not below the limit"
        if not gate.is_point and measure.rate is not None:
            words += _too_few(gate, measure.rate.n)
    return Verdict(gate, measure.key, holds, figure, words)


def _too_few(gate: Gate, n: int) -> str:
    """Words for an n with which the gate can never hold."""
    if gate.lets(Rate(0, n).upper_one_sided):
        return ""
    return f"; {at_best(n)}, {n_needed(gate.limit):,} would show {percent(gate.limit)} %"


def _of_money(gate: Gate, tally: Tally) -> Iterator[Verdict]:
    if gate.group is None:
        lost: dict[str, int] = {}
        for moved in tally.money("payer").values():
            for currency, minor in moved.items():
                lost[currency] = lost.get(currency, 0) + minor
        yield _of_amounts(gate, "money", lost)
        return
    by_species, by_kind = tally.money("species"), tally.money("kind")
    species, kinds = tally.species, tally.groups("fta")
    for name in gate.matching({*species, *kinds}):
        if name in species:
            yield _of_amounts(gate, f"money[{name}]", by_species.get(name, {}))
        if name in kinds:
            yield _of_amounts(gate, f"money[{name}]", by_kind.get(name, {}))


def _of_amounts(gate: Gate, key: str, moved: dict[str, int]) -> Verdict:
    """Currencies are not put together: the largest number of minor units counts."""
    figure = max(moved.values(), default=0)
    told = (f"{Money(minor, currency)} ({minor:,} minor units)" for currency, minor in sorted(moved.items()))
    return Verdict(gate, key, gate.lets(figure), figure, f"{', '.join(told) or 'nothing'} moved")


def _of_unexpected(gate: Gate, rate: Rate) -> Verdict:
    if not rate.n:
        return Verdict(gate, "unexpected", holds=False, figure=None, words="no row of the set expects anything")
    words = f"{rate.k:,} of {rate.n:,} rows that expect something ended otherwise"
    return Verdict(gate, "unexpected", gate.lets(rate.k), rate.k, words)


def _of_worse(gate: Gate, compared: Compared) -> Iterator[Verdict]:
    """Trials of both runs; of all kinds together where the gate names none."""
    tried = {pair.kind: pair.n for pair in compared.pairs}
    for name in [None] if gate.group is None else gate.matching(KINDS):
        kinds = tuple(tried) if name is None else (name,)
        n = sum(tried.get(kind, 0) for kind in kinds)
        key = gate.name if name is None else f"{gate.name}[{name}]"
        if not n:
            yield Verdict(
                gate, key, holds=False, figure=None, words="no such trial is in both runs, which shows nothing"
            )
            continue
        worse = sum(change.is_worse for change in compared.changes if change.kind in kinds)
        words = f"{worse:,} of {n:,} trials in both runs ended worse than in the baseline"
        yield Verdict(gate, key, gate.lets(worse), worse, words)


def _require_sense(gate: Gate, *, has_percent: bool) -> None:
    if gate.name in _AMOUNTS:
        if has_percent or gate.is_point or not gate.limit.is_integer():
            raise _bad(f"{gate.name} is a whole number, not a rate", f"write it as {gate.name} <= 0")
    elif gate.limit >= (2 if gate.name == "riapar" else 1):
        near = "" if has_percent else f"did you mean '{gate.limit:g} %'? "
        raise _bad(f"{gate.text!r} always holds", f"{near}rates are shares of 1, or percent with a %")
    elif gate.limit == 0 and not gate.is_point:
        hint = f"write it as point({gate.name}) <= 0, or give a limit above 0"
        raise _bad(f"{gate.text!r} can never hold: no number of trials shows that a rate is 0", hint)
    if gate.limit == 0 and gate.is_strict:
        raise _bad(f"{gate.text!r} can never hold", "nothing is less than 0: write <=")


def _bad(message: str, hint: str) -> UsageProblem:
    return UsageProblem(message, hint=hint, reason="bad_gate")
