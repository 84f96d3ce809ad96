"""The words of a replay's figures, the same in every report.

Everything here reads the summary (schemas/replay-summary.json) or one line of results.jsonl as plain dicts; the other
modules of this folder show what these functions say, so a change of either shape ends here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from smilepay_cli.render.text import amount, plural
from smilepay_cli.vocabulary.money import Money

Summary = Mapping[str, Any]
Row = Mapping[str, Any]
Measure = Mapping[str, Any]

FEW = 10
"""Below that many trials a rate is told in words: the interval spans half of everything there is."""
SIMULATED = "Files are simulated presentations or injections: nobody stood before a camera."
_JOINERS = "\u200c\u200d"
"""Part of how names are written in some scripts; they reorder nothing."""
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def visible(text: object, also: str = "", most: int | None = None) -> str:
    r"""A text of others with whatever one does not see, or what turns letters round, written out: `\x1b`, `\u202e`.

    `also` are letters that mean something where the text is going. No more than `most` letters, where that is given.
    The result is legal in XML 1.0 and has no line breaks.
    """
    shown = "".join(_escaped(letter) if _is_hidden(letter, also) else letter for letter in str(text))
    return shown if most is None or len(shown) <= most else shown[: most - 1] + "…"


def _is_hidden(letter: str, also: str) -> bool:
    if letter in also or letter in "\ufffe\uffff":
        return True
    return unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def percent(rates: Iterable[float], upper: float, n: int | None) -> list[str]:
    """Rates in percent, all with the decimals that `n` trials (None: a sum of rates) and a limit of `upper` carry."""
    places = 1 if n is None or n >= 200 else 0
    if 0 < upper < 0.01:
        places = min(8, 2 + floor(-log10(100 * upper)))
    return [f"{100 * rate:.{places}f}" if rate else "0" for rate in rates]


def is_told(measure: Measure) -> bool:
    """Whether there is a figure at all: something was tried, or it is a sum of two rates, which has no counts."""
    return measure["rate"] is not None and measure["n"] != 0


def counts(measure: Measure) -> str:
    """`12 of 150`."""
    return "-" if measure["n"] is None else f"{measure['k']:,} of {measure['n']:,}"


def rate(measure: Measure) -> str:
    """`8 %`, or in words where there are too few trials to speak of a rate."""
    if not is_told(measure):
        return "none tried"
    if is_few(measure):
        return "too few"
    return f"{percent([measure['rate']], measure['upper'], _trials(measure))[0]} %"


def is_few(measure: Measure) -> bool:
    """Whether k of n says more than a percentage would."""
    n = _trials(measure)
    return n is not None and n < FEW


def _trials(measure: Measure) -> int | None:
    """How many a figure rests on; of a sum of two rates those of the rate that fewer speak for, where that is known."""
    n: int | None = measure["n"] if measure["n"] is not None else measure.get("fewest")
    return n


def interval(measure: Measure) -> str:
    """`4 to 14 %`: exact, two-sided, 95 %."""
    if not is_told(measure):
        return "-"
    lower, upper = percent([measure["lower"], measure["upper"]], measure["upper"], _trials(measure))
    return f"{lower} to {upper} %"


def at_most(measure: Measure) -> str:
    """`13 %`: the one-sided 95 % upper bound, which is what gates look at."""
    if not is_told(measure):
        return "-"
    return f"{percent([measure['upper_one_sided']], measure['upper'], _trials(measure))[0]} %"


def title(measure: Measure) -> str:
    """The measure's short name in capitals, with the species where it is of one."""
    of = measure["species"]
    return str(measure["name"]).upper().replace("_", " ") + (f" {visible(of)}" if of else "")


def totals(summary: Summary) -> list[Measure]:
    """Measures of everything together."""
    return [measure for measure in summary["measures"] if not measure["species"]]


def of_species(summary: Summary, name: str) -> dict[str, Measure]:
    """A measure by species."""
    return {m["species"]: m for m in summary["measures"] if m["name"] == name and m["species"]}


def notes(summary: Summary) -> list[str]:
    """What is to be said of single species: claims that their counts cannot carry, above all."""
    return [f"{title(m)}: {visible(m['note'])}" for m in summary["measures"] if m["note"] and m["species"]]


def worst(summary: Summary) -> Measure | None:
    """The species that got in most often; of equals, the one about which least is known."""
    found = [measure for measure in of_species(summary, "iapar").values() if measure["n"]]
    return max(found, key=lambda m: (m["rate"] or 0, m["upper"] or 0), default=None)


def money(moved: Mapping[str, int]) -> str:
    """`12.00 EUR, 3.00 USD`, or `nothing`."""
    sums = [amount(Money(minor, visible(currency))) for currency, minor in sorted(moved.items()) if minor]
    return ", ".join(sums) or "nothing"


def added(parts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The money moved by several species or from several targets, a sum for each currency."""
    sums: dict[str, int] = {}
    for part in parts:
        for currency, minor in part["moved"].items():
            sums[currency] = sums.get(currency, 0) + minor
    return sums


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a replay came to. `good` is None where nothing was asked for."""

    good: bool | None
    text: str

    @property
    def mark(self) -> str:
        """In front of the text, so that colour is never the only sign."""
        return {True: "✓", False: "✗", None: "•"}[self.good]


def verdict(summary: Summary) -> Verdict:
    """Of gates and expectations together: what the exit status says."""
    gates, unexpected, expected = summary["gates"], summary["unexpected"], summary["expected"]
    failed = sum(not gate["holds"] for gate in gates)
    parts = [gates_in_words(gates)] if gates else []
    if unexpected:
        parts.append(f"{plural(unexpected, 'case')} not as expected")
    elif expected:
        parts.append(f"{plural(expected, 'case')} as expected")
    if not parts:
        return Verdict(None, "measured; nothing was asked for: no gate, and no row with expect")
    return Verdict(not (failed or unexpected), ", ".join(parts))


def gates_in_words(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """`1 of 2 gates failed (3 of 5 figures)`: gates as they were typed; one with a pattern looks at many figures."""
    typed = {verdict["text"] for verdict in verdicts}
    failed = [verdict["text"] for verdict in verdicts if not verdict["holds"]]
    many = len(verdicts) > len(typed)
    if not failed:
        figures = f" ({plural(len(verdicts), 'figure')})" if many else ""
        return plural(len(typed), "gate holds", "gates hold") + figures
    of = f"{len(set(failed))} of {plural(len(typed), 'gate')}" if len(typed) > 1 else "1 gate"
    return f"{of} failed" + (f" ({len(failed)} of {plural(len(verdicts), 'figure')})" if many else "")


def worst_in_words(summary: Summary) -> str | None:
    """The one line on attacks; None where none was tried."""
    measure = worst(summary)
    if measure is None:
        return None
    told = f"{visible(measure['species'], most=60)}: {counts(measure)} got in"
    sure = f"at most {at_most(measure)} (95 % sure)"
    if not measure["k"]:
        return f"no attack got in; of {told}, {sure}"
    share = f" ({rate(measure)})" if not is_few(measure) else ""
    return f"worst species, {told}{share}, {sure}"


def money_in_words(summary: Summary) -> str:
    """What attacks and strangers moved in all."""
    return f"money moved by attacks and strangers: {money(added(strangers(summary)))}"


def strangers(summary: Summary) -> Sequence[Mapping[str, Any]]:
    """All species that mean no good."""
    return [species for species in summary["species"] if species["name"] != "bona_fide"]


def gate(told: Mapping[str, Any]) -> str:
    """`iapar <= 2 % (iapar[print_halftone])`: as it was given, and the figure that it looked at."""
    text, measure = visible(told["text"]), visible(told.get("measure") or "")
    return text if measure in text else f"{text} ({measure})"


def changed_pair(told: Mapping[str, Any]) -> str:
    """`bona fide, accepted`: of whom a paired test is, and of which answer."""
    return ", ".join(visible(told[part]).replace("_", " ") for part in ("kind", "aspect") if told.get(part))


def left_out(baseline: Mapping[str, Any]) -> str:
    """How many cases of either run had nothing to be compared with; empty where there are none."""
    names = {
        "only_then": "only in the baseline",
        "only_now": "only in this run",
        "other_trials": "are other trials now",
    }
    found = [f"{len(baseline[name]):,} {told}" for name, told in names.items() if baseline.get(name)]
    return f"not compared: {', '.join(found)}" if found else ""


def kind(row: Row) -> str:
    """`attack.print_halftone`, `bona_fide`: the class of a test case."""
    species = row.get("pai_species")
    return visible(row["kind"]) + (f".{visible(species)}" if species else "")


def came_to(row: Row) -> str:
    """What came of a row: `accepted as ann, 1.00 EUR moved`, `refused: no_match (10)`.

    Who is accepted need not have paid: the Decision is one thing, the payment another.
    """
    why = f"{visible(row.get('reason') or row.get('message') or 'unknown')} ({row['exit']})"
    if row["outcome"] != "accepted":
        return f"{visible(row['outcome'])}: {why}"
    who = (row.get("decision") or {}).get("matched")
    moved = row.get("moved_minor") or 0
    paid = f", {money({row['currency']: moved})} moved" if moved else f", not paid: {why}" if row["exit"] else ""
    return "accepted" + (f" as {visible(who)}" if who else "") + paid


def against_expectation(row: Row) -> str:
    """`expected refuse, was accepted as ann, 1.00 EUR moved`."""
    return f"expected {visible(row['expect'])}, was {came_to(row)}"


def evidence(row: Row) -> list[tuple[str, str]]:
    """What a case rests on, name and value, for failures in JUnit and TAP; what is not known is left out."""
    decision = row.get("decision") or {}
    failed = [check["name"] for check in row.get("checks") or () if not check["passed"]]
    event = row.get("event") or {}
    found: list[tuple[str, Any]] = [
        ("path", row.get("path")),
        ("kind", kind(row)),
        ("subject", row.get("subject")),
        ("account", row.get("account")),
        ("expected", row.get("expect")),
        ("outcome", row.get("outcome")),
        ("reason", row.get("reason")),
        ("said", row.get("message")),
        ("exit", row.get("exit")),
        *((name, decision.get(name)) for name in ("matched", "nearest", "dissimilarity", "runner_up", "margin")),
        ("presentation attack detection", row.get("pad")),
        ("checks that failed", ", ".join(map(str, failed)) or None),
        ("moved", money({row["currency"]: row["moved_minor"]}) if row.get("moved_minor") else None),
        ("payer", row.get("payer")),
        ("digests", " ".join(map(str, row.get("digests") or ())) or None),
        ("event", event.get("id")),
    ]
    return [(name, visible(value)) for name, value in found if value is not None]
