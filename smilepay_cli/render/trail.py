"""The audit trail for people."""

from __future__ import annotations

import json
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.paper import Paper
from smilepay_cli.render.text import amount, moment
from smilepay_cli.verbs.audit import EventResult, EventsResult
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.instants import from_iso
from smilepay_cli.vocabulary.money import Money


def show_events(result: EventsResult, paper: Paper) -> None:
    """Newest first: when, who, what, how it ended."""
    if result.of:
        paper.console.print(Text(f"events of {result.of}", style="bold"))
    if not result.found:
        paper.console.print("nothing has happened yet")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("event", no_wrap=True, style="dim")
    table.add_column("when", no_wrap=True)
    table.add_column("who", overflow="ellipsis", max_width=12)
    table.add_column("what", overflow="fold")
    table.add_column("amount", justify="right", no_wrap=True)
    for event in result.found:
        table.add_row(
            event.id,
            moment(from_iso(event.body["at"]))[5:],
            _who(event, result.names),
            _what(event),
            _amount(event),
        )
    paper.console.print(table)


def show_event(result: EventResult, paper: Paper) -> None:
    """Everything that one event holds."""
    event = result.event
    paper.console.print(Text.assemble((f"event {event.id}", "bold"), f"  number {event.seq} in the chain"))
    facts = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("when", moment(from_iso(event.body["at"])))
    facts.add_row("what", _what(event))
    facts.add_row("who", _who(event, result.names) or "nobody recognised")
    for key, value in event.body.items():
        if key not in _SHOWN and value not in (None, [], {}):
            facts.add_row(key.replace("_", " "), _value(value))
    facts.add_row("hash", event.hash)
    paper.console.print(facts)
    if event.body.get("checks"):
        paper.console.print(_checks(event.body["checks"]))


_SHOWN = frozenset({"v", "id", "at", "command", "outcome", "reason", "exit", "account", "checks", "seq"})


def _what(event: Event) -> Text:
    command, reason = event.body["command"], event.body.get("reason")
    if reason:
        return Text.assemble(command, (f"  ✗ {reason} ({event.body['exit']})", "red"))
    return Text.assemble(command, ("  ✓ repeated" if event.body.get("repeats") else "  ✓", "green"))


def _who(event: Event, names: dict[str, str]) -> str:
    account = event.body.get("account")
    if not account:
        return ""
    return names.get(account) or (account.partition(":")[2] if ":" in account else "(forgotten)")


def _amount(event: Event) -> str:
    minor = event.body.get("amount_minor")
    return "" if minor is None else amount(Money(minor, event.body["currency"]))


def _checks(checks: list[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("check", no_wrap=True)
    table.add_column("")
    table.add_column("figures", overflow="fold")
    for check in checks:
        figures = ", ".join(f"{name} {_value(value)}" for name, value in check["figures"].items() if value is not None)
        table.add_row(check["name"], Text("✓", "green") if check["passed"] else Text("✗", "bold red"), figures)
    return table


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
