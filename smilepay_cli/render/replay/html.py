"""The report as one HTML page: first what it came to, then what that rests on. Nothing is loaded from elsewhere.

Its size does not grow with the set: rows are shown only where they are unexpected or got in, and of those only the
first; how many there are in all stands beside them, and results.jsonl has every one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from smilepay_cli.render.pages import filled
from smilepay_cli.render.replay import tables, words
from smilepay_cli.render.replay.plots import det_plot, score_plot
from smilepay_cli.render.replay.sheet import FairPick, Look, picture
from smilepay_cli.render.replay.tables import MOST_LINES, MOST_ROWS, MOST_TARGETS
from smilepay_cli.render.replay.words import Row, Summary, visible
from smilepay_cli.render.text import plural

_TEMPLATE = Path(__file__).with_name("replay.html.jinja")


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
        gate_name=words.gate,
        plural=plural,
        head=tables.head(summary),
        totals=tables.table(words.totals(summary)),
        scale=tables.scale(words.totals(summary)),
        species=tables.species(summary),
        species_scale=tables.scale(list(words.of_species(summary, "iapar").values())),
        species_left=max(0, len(summary["species"]) - MOST_LINES),
        det=Markup(plots[0]) if plots[0] else None,  # noqa: S704 - drawn by us out of numbers
        scores=Markup(plots[1]) if plots[1] else None,  # noqa: S704 - as above
        equal=tables.equal(summary),
        reasons=tables.reasons(summary),
        targets=tables.targets(summary),
        targets_left=max(0, sum(tables.is_touched(one) for one in summary["targets"]) - MOST_TARGETS),
        untouched=tables.untouched(summary),
        pictures=[picture(row, look(row) if look else None) for row in got_in],
        pictures_left=got_in.seen - len(got_in),
        unexpected=[_case(row) for row in unexpected.kept],
        unexpected_left=unexpected.seen - len(unexpected.kept),
        baseline=tables.baseline(summary),
        policy=[(visible(name), tables.figure(value)) for name, value in summary["policy"].items() if name != "name"],
        origin=tables.origin(summary),
        definitions=tables.definitions(summary),
        notes=words.notes(summary)[:MOST_LINES],
    )


class _First:
    """The first of some rows, and how many there were."""

    def __init__(self, most: int) -> None:
        self.seen, self.kept, self._most = 0, list[Row](), most

    def offer(self, row: Row) -> None:
        self.seen += 1
        if len(self.kept) < self._most:
            self.kept.append(row)


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
