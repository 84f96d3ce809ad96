"""A decision judged again, for people: then and now, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Table
from smilepay_cli.render.text import moment
from smilepay_cli.vocabulary.language import marked, tr, trn

if TYPE_CHECKING:
    from collections.abc import Callable

    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.audit import PruneResult
    from smilepay_cli.verbs.drift import Judgement
    from smilepay_cli.verbs.rescore import RescoreResult

_ROWS: tuple[tuple[str, Callable[[Judgement], str | float | None]], ...] = (
    (
        marked("decision"),
        lambda judged: tr("accepted") if judged.accepted else tr("refused: {reason}", reason=judged.reason),
    ),
    (marked("dissimilarity"), lambda judged: judged.dissimilarity),
    (marked("at most"), lambda judged: judged.dissimilarity_max),
    (marked("margin"), lambda judged: judged.margin),
    (marked("smile"), lambda judged: judged.smile_z),
    (marked("engine"), lambda judged: judged.engine),
)
_CAUSES = {
    "engine": marked("the engine or its models are others"),
    "threshold": marked("the policy asks for something else"),
    "gallery": marked("the references that it was compared with are others"),
    "unexplained": marked("nothing that is known of has changed: see which versions are installed"),
}


def show_rescored(result: RescoreResult, paper: Paper) -> None:
    """The table, what drifted, and what may be the cause."""
    paper.line(
        trn(
            result.frames,
            "event {event} of {at}, judged again from {count} frame",
            "event {event} of {at}, judged again from {count} frames",
            event=result.event,
            at=moment(result.at),
        )
    )
    table = Table()
    table.add_column("")
    table.add_column(tr("then"))
    table.add_column(tr("now"))
    for name, value in _ROWS:
        table.add_row(tr(name), _shown(value(result.then)), _shown(value(result.now)))
    table.add_row(tr("nearest"), _who(result, result.then), _who(result, result.now))
    paper.table(table)
    if not result.drift:
        ok(paper, tr("the same as then"))
    else:
        apart = result.dissimilarity_drift
        moved = tr("; the dissimilarity by {apart:+.6f}", apart=apart) if apart else ""
        told = tr("the decision is another one") if result.decision_drift else tr("the decision is the same")
        paper.line(("! " + tr("drift: "), "bold yellow"), told + moved)
    for cause in result.causes:
        paper.line((f"  {cause}: {tr(_CAUSES[cause])}", "dim"))
    for name, (then, now) in result.policy.items():
        paper.line(
            (tr("  {name}: {number} then, {later} now", name=name, number=_number(then), later=_number(now)), "dim")
        )
    for what in result.not_repeated:
        paper.line((tr("  not judged again: {what}", what=what), "dim"))
    next_step(paper, f"smilepay audit show {result.events[-1]}")


def show_pruned(result: PruneResult, paper: Paper) -> None:
    """What went, and what is kept on."""
    ok(
        paper,
        trn(
            result.removed,
            "{count} kept frame removed, {left:,} kept on",
            "{count} kept frames removed, {left:,} kept on",
            left=result.left,
        ),
    )


def _shown(value: str | float | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.3f}"


def _number(value: Any) -> str:
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)


def _who(result: RescoreResult, judged: Judgement) -> str:
    return result.names.get(judged.nearest or "") or judged.nearest or "-"
