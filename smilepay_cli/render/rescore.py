"""A decision judged again, for people: then and now, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Table
from smilepay_cli.render.text import moment, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.audit import PruneResult
    from smilepay_cli.verbs.drift import Judgement
    from smilepay_cli.verbs.rescore import RescoreResult

_ROWS: tuple[tuple[str, Callable[[Judgement], str | float | None]], ...] = (
    ("decision", lambda judged: "accepted" if judged.accepted else f"refused: {judged.reason}"),
    ("dissimilarity", lambda judged: judged.dissimilarity),
    ("at most", lambda judged: judged.dissimilarity_max),
    ("margin", lambda judged: judged.margin),
    ("smile", lambda judged: judged.smile_z),
    ("engine", lambda judged: judged.engine),
)
_CAUSES = {
    "engine": "the engine or its models are others",
    "threshold": "the policy asks for something else",
    "gallery": "the references that it was compared with are others",
    "unexplained": "nothing that is known of has changed: see which versions are installed",
}


def show_rescored(result: RescoreResult, paper: Paper) -> None:
    """The table, what drifted, and what may be the cause."""
    paper.line(f"event {result.event} of {moment(result.at)}, judged again from {plural(result.frames, 'frame')}")
    table = Table()
    table.add_column("")
    table.add_column("then")
    table.add_column("now")
    for name, value in _ROWS:
        table.add_row(name, _shown(value(result.then)), _shown(value(result.now)))
    table.add_row("nearest", _who(result, result.then), _who(result, result.now))
    paper.table(table)
    if not result.drift:
        ok(paper, "the same as then")
    else:
        apart = result.dissimilarity_drift
        moved = f"; the dissimilarity by {apart:+.6f}" if apart else ""
        told = "the decision is another one" if result.decision_drift else "the decision is the same"
        paper.line(("! drift: ", "bold yellow"), told + moved)
    for cause in result.causes:
        paper.line((f"  {cause}: {_CAUSES[cause]}", "dim"))
    for name, (then, now) in result.policy.items():
        paper.line((f"  {name}: {_number(then)} then, {_number(now)} now", "dim"))
    for what in result.not_repeated:
        paper.line((f"  not judged again: {what}", "dim"))
    next_step(paper, f"smilepay audit show {result.events[-1]}")


def show_pruned(result: PruneResult, paper: Paper) -> None:
    """What went, and what is kept on."""
    ok(paper, f"{plural(result.removed, 'kept frame')} removed, {result.left:,} kept on")


def _shown(value: str | float | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.3f}"


def _number(value: Any) -> str:
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)


def _who(result: RescoreResult, judged: Judgement) -> str:
    return result.names.get(judged.nearest or "") or judged.nearest or "-"
