"""The report as one HTML page: first what it came to, then what that rests on. Nothing is loaded from elsewhere.

Its size does not grow with the set: rows are shown only where they are unexpected or got in, and of those only the
first; how many there are in all stands beside them, and results.jsonl has every one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from smilepay_cli.render.pages import filled
from smilepay_cli.render.replay import words
from smilepay_cli.render.replay.curves import tradeoff
from smilepay_cli.render.replay.plots import det_plot, score_plot
from smilepay_cli.render.replay.sheet import FairPick, Look, picture
from smilepay_cli.render.replay.words import Measure, Row, Summary, visible
from smilepay_cli.render.text import plural

_TEMPLATE = Path(__file__).with_name("replay.html.jinja")
MOST_ROWS = 100
"""Of a list of cases."""
MOST_LINES = 60
"""Of a table with a line for each species or reason."""
MOST_TARGETS = 20
_SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def page(summary: Summary, rows: Iterable[Row], look: Look | None = None) -> str:
    """The whole page, of one pass over the rows. `look` gives the pictures of those who got in."""
    from markupsafe import Markup

    unexpected, got_in = _First(MOST_ROWS), FairPick()
    for row in rows:
        if row["as_expected"] is False:
            unexpected.offer(row)
        if row["outcome"] == "accepted" and row["kind"] != "bona_fide":
            got_in.offer(row)
    threshold = summary["policy"].get("dissimilarity_max")
    plots = [plot(summary["histograms"], threshold) for plot in (det_plot, score_plot)]
    return filled(
        _TEMPLATE,
        s=summary,
        visible=visible,
        plural=plural,
        head=_head(summary),
        totals=_table(words.totals(summary)),
        scale=_scale(words.totals(summary)),
        species=_species(summary),
        species_scale=_scale(list(words.of_species(summary, "iapar").values())),
        species_left=max(0, len(summary["species"]) - MOST_LINES),
        det=Markup(plots[0]) if plots[0] else None,  # noqa: S704 - drawn by us out of numbers
        scores=Markup(plots[1]) if plots[1] else None,  # noqa: S704 - as above
        equal=_equal(summary),
        reasons=_reasons(summary),
        targets=_targets(summary),
        targets_left=max(0, sum(_is_touched(one) for one in summary["targets"]) - MOST_TARGETS),
        untouched=_untouched(summary),
        pictures=[picture(row, look(row) if look else None) for row in got_in],
        pictures_left=got_in.seen - len(got_in),
        unexpected=[_case(row) for row in unexpected.kept],
        unexpected_left=unexpected.seen - len(unexpected.kept),
        baseline=_baseline(summary),
        policy=[(visible(name), _figure(value)) for name, value in summary["policy"].items() if name != "name"],
        origin=_origin(summary),
        definitions=_definitions(summary),
        notes=words.notes(summary)[:MOST_LINES],
    )


class _First:
    def __init__(self, most: int) -> None:
        self.seen, self.kept, self._most = 0, list[Row](), most

    def offer(self, row: Row) -> None:
        self.seen += 1
        if len(self.kept) < self._most:
            self.kept.append(row)


def _head(summary: Summary) -> dict[str, Any]:
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


def _scale(measures: Iterable[Measure]) -> float:
    """The end of the axis that bars of one table share: the least of a few round rates that holds all of them."""
    highest = max((m["upper"] for m in measures if m["n"]), default=1.0)
    return next(scale for scale in _SCALES if scale >= min(highest, 1.0))


def _table(measures: list[Measure]) -> list[dict[str, Any]]:
    scale = _scale(measures)
    return [_line(measure, scale) for measure in measures]


def _line(measure: Measure, scale: float) -> dict[str, Any]:
    return {
        "name": words.title(measure),
        "title": visible(measure["title"]),
        "counts": words.counts(measure),
        "rate": words.rate(measure),
        "interval": words.interval(measure),
        "at_most": words.at_most(measure),
        "bar": _bar(measure, scale),
    }


def _bar(measure: Measure, scale: float) -> dict[str, float] | None:
    """Where the dot and its whisker are, on an axis 100 long."""
    if not measure["n"]:  # nothing tried; or a sum of two rates, which may pass 100 %
        return None
    lower, dot, upper = (round(100 * measure[name] / scale, 2) for name in ("lower", "rate", "upper"))
    return {"lower": lower, "dot": dot, "width": max(round(upper - lower, 2), 0.5)}


def _species(summary: Summary) -> list[dict[str, Any]]:
    """A line for each species, those that got in most before the others."""
    accepts, misses = words.of_species(summary, "iapar"), words.of_species(summary, "apcer")
    scale = _scale(list(accepts.values()))
    lines = sorted(summary["species"], key=lambda one: (-one["accepted"] / max(one["n"], 1), one["name"]))
    return [
        {
            **{name: f"{one[name]:,}" for name in ("n", "not_acquired", "no_match", "pad_denied", "accepted")},
            "name": visible(one["name"], most=80),
            "family": visible(one["family"] or "", most=40),
            "in": one["accepted"] > 0,
            "iapar": _line(accepts[one["name"]], scale) if one["name"] in accepts else None,
            "apcer": words.rate(misses[one["name"]]) if one["name"] in misses else "",
            "moved": words.money(one["moved"]),
        }
        for one in lines[:MOST_LINES]
    ]


def _equal(summary: Summary) -> str | None:
    curve = tradeoff(summary["histograms"], "non_mated")
    if curve is None:
        return None
    at, rate = curve.equal
    if not rate:
        return "Mated and non-mated do not overlap."
    shown = words.percent([rate], rate, curve.mated)[0]
    return f"Both errors are alike at {at:.3f}, about {shown} %."


def _reasons(summary: Summary) -> list[dict[str, Any]]:
    """Why bona fide rows were refused, and the others: the most frequent reason first, with a bar as long as its share."""
    tables = []
    for kind, reasons in summary["reasons"].items():
        found = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))[:MOST_LINES]
        most = max((count for _, count in found), default=1)
        lines = [(visible(name), f"{count:,}", round(100 * count / most, 1)) for name, count in found]
        tables.append({"kind": visible(kind).replace("_", " "), "lines": lines})
    return tables


def _targets(summary: Summary) -> list[dict[str, Any]]:
    """Whose money moved, most first; those as whom nobody got in are only counted."""
    touched = filter(_is_touched, summary["targets"])
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


def _is_touched(target: Mapping[str, Any]) -> bool:
    return bool(target["accepted"] or any(target["moved"].values()))


def _untouched(summary: Summary) -> str:
    count = sum(not _is_touched(one) for one in summary["targets"])
    if not count:
        return ""
    return ("any of " if count == len(summary["targets"]) else "the other ") + plural(count, "target")


def _case(row: Row) -> dict[str, str]:
    decision, event = row.get("decision") or {}, row.get("event") or {}
    return {
        "id": visible(row["id"], most=120),
        "path": visible(row["path"], most=200),
        "kind": words.kind(row)[:80],
        "told": words.against_expectation(row)[:300],
        "dissimilarity": _thousandths(decision.get("dissimilarity")),
        "margin": _thousandths(decision.get("margin")),
        "event": visible(event.get("id") or "", most=60),
    }


def _thousandths(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _figure(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(map(visible, value)) or "none"
    return "none" if value is None else visible(value)


def _baseline(summary: Summary) -> dict[str, Any] | None:
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
        "left": max(0, len(changed) - MOST_ROWS),
        "tests": [
            (visible(test["kind"]), f"{test['better']:,}", f"{test['worse']:,}", f"{test['p']:.3g}")
            for test in found["tests"]
        ],
    }


def _origin(summary: Summary) -> list[tuple[str, str]]:
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
    return [(name, _figure(value)) for name, value in found.items()]


def _definitions(summary: Summary) -> list[dict[str, str]]:
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
