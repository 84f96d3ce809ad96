"""The audit trail for people."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.paper import Paper
from smilepay_cli.render.text import amount, short_moment
from smilepay_cli.verbs.audit import EventsResult
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.instants import from_iso
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import FEES
from smilepay_cli.vocabulary.money import Money


def show_events(result: EventsResult, paper: Paper) -> None:
    """Newest first: when, who, what, how it ended."""
    if result.of:
        paper.console.print(Text(tr("events of {of}", of=result.of), style="bold"))
    if not result.found:
        paper.console.print(tr("nothing like that has happened") if result.narrowed else tr("nothing has happened yet"))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, header_style="bold")
    table.add_column(tr("event"), no_wrap=True, style="dim")
    table.add_column(tr("when"), no_wrap=True)
    table.add_column(tr("who"), overflow="ellipsis", max_width=12)
    table.add_column(tr("what"), overflow="fold")
    table.add_column(tr("amount"), justify="right", no_wrap=True)
    for event in result.found:
        table.add_row(
            event.id,
            short_moment(from_iso(event.body["at"])),
            who_of(event, result.names),
            what_of(event),
            amount_of(event),
        )
    paper.rows(table)


def what_of(event: Event) -> Text:
    """Command and how it ended."""
    command, reason = event.body["command"], event.body.get("reason")
    if reason:
        return Text.assemble(command, (f"  ✗ {reason} ({event.body['exit']})", "red"))
    return Text.assemble(command, ("  ✓ " + tr("repeated") if event.body.get("repeats") else "  ✓", "green"))


def who_of(event: Event, names: dict[str, str]) -> str:
    """Name of the account, as far as it is known still; empty where nobody was recognised."""
    account = event.body.get("account")
    if not account:
        return ""
    kind, colon, seller = account.partition(":")
    return names.get(account) or (FEES if kind == FEES else seller if colon else tr("(forgotten)"))


def amount_of(event: Event) -> str:
    """What it was about, or nothing."""
    minor = event.body.get("amount_minor")
    return "" if minor is None else amount(Money(minor, event.body["currency"]))
