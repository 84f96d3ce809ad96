"""Policies for people: numbers side by side, and where each comes from."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper
from smilepay_cli.verbs.policy import FloorResult, PolicyResult
from smilepay_cli.vocabulary.language import tr


def show_policies(result: PolicyResult, paper: Paper) -> None:
    """A table of numbers; under it the source of each."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True, style="dim")
    for policy in result.policies:
        mark = " *" if policy.name == result.chosen else ""
        table.add_column(Text(policy.name + mark), justify="right", overflow="fold")
    for field in fields(result.policies[0]):
        if field.name != "name":
            table.add_row(field.name, *(_value(getattr(policy, field.name)) for policy in result.policies))
    paper.rows(table)
    paper.console.print(Text(tr("* in force for this call"), style="dim"))
    paper.console.print(
        tr("floor of this wallet: {floor}", floor=result.floor or tr("none, so the payer may choose any policy"))
    )
    sources = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    sources.add_column(tr("number"), no_wrap=True, style="dim")
    sources.add_column(tr("where it comes from"))
    for name, source in result.sources.items():
        sources.add_row(name, source)
    paper.rows(sources)
    if result.floor is None:
        next_step(paper, "smilepay policy floor standard")


def show_floor(result: FloorResult, paper: Paper) -> None:
    """The floor that holds from now on."""
    if result.floor:
        ok(paper, tr("anything weaker than {floor} is refused from now on", floor=result.floor))
    else:
        ok(paper, tr("there is no floor any more"))


def _value(value: Any) -> str:
    if value is None:
        return tr("no limit")
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, tuple):
        return "\n".join(value) or "none"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:g}" if isinstance(value, float) else f"{value}"
