"""The tables of the report: what the page shows of a summary, in words, with nothing left to reckon in the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smilepay_cli.render.replay import words
from smilepay_cli.render.replay.words import Measure, Summary, visible
from smilepay_cli.render.text import plural
from smilepay_cli.rules.replay.curves import tradeoff

MOST_ROWS = 100
"""Of a list of cases."""
MOST_LINES = 60
"""Of a table with a line for each species or reason."""
MOST_TARGETS = 20
_SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def head(summary: Summary) -> dict[str, Any]:
    """What the page begins with."""
    verdict = words.verdict(summary)
    return {
        "made_at": f"{visible(summary['made_at'])[:19].replace('T', ' ')} UTC",
        "set": visible(summary["set"]["path"], most=200),
        "look": {True: "good", False: "bad", None: "soft"}[verdict.good],
        "verdict": f"{verdict.mark} {verdict.text}",
        "worst": words.worst_in_words(summary),
        "money": words.money_in_words(summary),
        "simulated": words.SIMULATED,
        "counts": ", ".join(
            f"{summary[name]:,} {name}"
            for name in ("paid", "refused", "unusable")
            if summary[name] or name != "unusable"
        ),
        "kinds": ", ".join(f"{count:,} {visible(kind)}" for kind, count in summary["set"]["kinds"].items()),
    }


def scale(measures: Iterable[Measure]) -> float:
    """The end of the axis that bars of one table share: the least of a few round rates that holds all of them."""
    highest = max((m["upper"] for m in measures if m["n"]), default=1.0)
    return next(end for end in _SCALES if end >= min(highest, 1.0))


def table(measures: list[Measure]) -> list[dict[str, Any]]:
    """A line for each measure, with bars on one axis."""
    end = scale(measures)
    return [_line(measure, end) for measure in measures]


def _line(measure: Measure, end: float) -> dict[str, Any]:
    return {
        "name": words.title(measure),
        "title": visible(measure["title"]),
        "counts": words.counts(measure),
        "rate": words.rate(measure),
        "interval": words.interval(measure),
        "at_most": words.at_most(measure),
        "bar": _bar(measure, end),
    }


def _bar(measure: Measure, end: float) -> dict[str, float] | None:
    """Where the dot and its whisker are, on an axis 100 long."""
    if not measure["n"]:  # nothing tried; or a sum of two rates, which may pass 100 %
        return None
    lower, dot, upper = (round(100 * measure[name] / end, 2) for name in ("lower", "rate", "upper"))
    return {"lower": lower, "dot": dot, "width": max(round(upper - lower, 2), 0.5)}


def species(summary: Summary) -> list[dict[str, Any]]:
    """A line for each species, those that got in most before the others."""
    accepts, misses = words.of_species(summary, "iapar"), words.of_species(summary, "apcer")
    end = scale(list(accepts.values()))
    lines = sorted(summary["species"], key=lambda one: (-one["accepted"] / max(one["n"], 1), one["name"]))
    return [
        {
            **{name: f"{one[name]:,}" for name in ("n", "not_acquired", "no_match", "pad_denied", "accepted")},
            "name": visible(one["name"], most=80),
            "family": visible(one["family"] or "", most=40),
            "in": one["accepted"] > 0,
            "iapar": _line(accepts[one["name"]], end) if one["name"] in accepts else None,
            "apcer": words.rate(misses[one["name"]]) if one["name"] in misses else "",
            "moved": words.money(one["moved"]),
        }
        for one in lines[:MOST_LINES]
    ]


def equal(summary: Summary) -> str | None:
    """Where the curve crosses the diagonal, in one sentence; None where there is no curve."""
    curve = tradeoff(summary["histograms"], "non_mated")
    if curve is None:
        return None
    at, rate = curve.equal
    if not rate:
        return "Mated and non-mated do not overlap."
    shown = words.percent([rate], rate, curve.mated)[0]
    return f"Both errors are alike at {at:.3f}, about {shown} %."


def reasons(summary: Summary) -> list[dict[str, Any]]:
    """Why bona fide rows were refused, and the others: the most frequent reason first, each with a bar."""
    tables = []
    for kind, reasons in summary["reasons"].items():
        found = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))[:MOST_LINES]
        most = max((count for _, count in found), default=1)
        lines = [(visible(name), f"{count:,}", round(100 * count / most, 1)) for name, count in found]
        tables.append({"kind": visible(kind).replace("_", " "), "lines": lines})
    return tables


def targets(summary: Summary) -> list[dict[str, Any]]:
    """Whose money moved, most first; those as whom nobody got in are only counted."""
    touched = filter(is_touched, summary["targets"])
    lines = sorted(touched, key=lambda one: (-sum(one["moved"].values()), -one["accepted"], one["name"]))
    return [
        {
            "name": visible(one["name"], most=80),
            "attempts": f"{one['attempts']:,}",
            "accepted": f"{one['accepted']:,}",
            "moved": words.money(one["moved"]),
        }
        for one in lines[:MOST_TARGETS]
    ]


def is_touched(target: Mapping[str, Any]) -> bool:
    """Whether anybody got in as somebody, or money of theirs moved."""
    return bool(target["accepted"] or any(target["moved"].values()))


def untouched(summary: Summary) -> str:
    """`the other 11 targets`; empty where there are none."""
    count = sum(not is_touched(one) for one in summary["targets"])
    if not count:
        return ""
    return ("any of " if count == len(summary["targets"]) else "the other ") + plural(count, "target")


def figure(value: Any) -> str:
    """Any value of a policy or a program, for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(map(visible, value)) or "none"
    return "none" if value is None else visible(value)


def baseline(summary: Summary) -> dict[str, Any] | None:
    """What changed since another run; None where none was given."""
    found = summary["baseline"]
    if not found:
        return None
    changed = found["changed"]
    return {
        "path": visible(found["path"], most=200),
        "count": plural(len(changed), "case"),
        "changed": [
            tuple(visible(one[name], most=120) for name in ("id", "before", "after")) for one in changed[:MOST_ROWS]
        ],
        "left_out": words.left_out(found),
        "left": max(0, len(changed) - MOST_ROWS),
        "tests": [
            (words.changed_pair(test), f"{test['better']:,}", f"{test['worse']:,}", f"{test['p']:.3g}")
            for test in found["tests"]
        ],
    }


def origin(summary: Summary) -> list[tuple[str, str]]:
    """What made the figures, and out of what."""
    gallery, program = summary["gallery"], summary["program"]
    found: Mapping[str, Any] = {
        "smilepay": program["version"],
        "Python": program["python"],
        "engine": program["engine"],
        "templates made by": program["maker"],
        "landmarks": program["landmarks"],
        "PAD model": program["pad_model"],
        "set": f"{summary['set']['path']}, SHA-256 {summary['set']['digest']}",
        "gallery": f"from the {gallery['from']}, {plural(gallery['accounts'], 'account')}, SHA-256 {gallery['digest']}",
        "seed": summary["seed"],
        "each row": "begins where the one before ended" if summary["carry_state"] else "is a trial of its own",
        "speed": f"{summary['images']:,} images in {summary['seconds']:,.1f} s, "
        f"{summary['images_per_second']:,.1f} a second, {summary['cached']:,} of them known before, "
        f"{plural(summary['jobs'], 'job')}",
    }
    return [(name, figure(value)) for name, value in found.items()]


def definitions(summary: Summary) -> list[dict[str, str]]:
    """Each measure once, with what is to be said of its figure."""
    found: dict[str, Measure] = {}
    for measure in summary["measures"]:  # the one of the whole run has the note
        if measure["name"] not in found or not measure["species"]:
            found[measure["name"]] = measure
    return [
        {
            "name": name.upper().replace("_", " "),
            **{part: visible(measure[part] or "") for part in ("title", "definition", "standard")},
            "note": "" if measure["species"] else visible(measure["note"] or ""),
        }
        for name, measure in found.items()
    ]
