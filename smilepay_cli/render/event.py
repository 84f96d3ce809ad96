"""One audit event for people: what was decided, by what, about which pictures, and every check with its figures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.text import amount, moment
from smilepay_cli.render.trail import amount_of, what_of, who_of
from smilepay_cli.vocabulary.instants import from_iso
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.money import Money

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.audit import EventResult

_SHOWN = frozenset(
    {"v", "id", "at", "command", "outcome", "reason", "exit", "account", "checks", "seq", "amount_minor", "currency"}
)
_ORDER = (
    "decision",
    "payment",
    "order",
    "merchants",
    "state",
    "ledger",
    "picked",
    "hold",
    "policy",
    "engine",
    "frames",
)
"""What people look for first; the rest comes after, as it is in the event."""
_LABELS = (
    marked("decision"),
    marked("payment"),
    marked("order"),
    marked("merchants"),
    marked("state"),
    marked("ledger"),
    marked("picked"),
    marked("hold"),
    marked("policy"),
    marked("engine"),
    marked("frames"),
    marked("presented"),
    marked("previous"),
    marked("terminal"),
    marked("throttle"),
    marked("claimed"),
)
"""Names of facts, where they are told in another language; what is not among them stays as it is in the event."""
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def show_event(result: EventResult, paper: Paper) -> None:
    """Everything that one event holds."""
    event, body = result.event, result.event.body
    paper.console.print(
        Text.assemble(
            (tr("event {event}", event=event.id), "bold"), "  " + tr("number {seq} in the chain", seq=event.seq)
        )
    )
    facts = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row(tr("when"), moment(from_iso(body["at"])))
    facts.add_row(tr("what"), what_of(event))
    facts.add_row(tr("who"), who_of(event, result.names) or tr("nobody recognised"))
    if told := amount_of(event):
        facts.add_row(tr("amount"), told)
    for key in (*(name for name in _ORDER if name in body), *(name for name in body if name not in _ORDER)):
        if key not in _SHOWN and body[key] not in (None, [], {}):
            facts.add_row(tr(key.replace("_", " ")), "\n".join(_LINES.get(key, _lines)(body[key])))
    facts.add_row(tr("hash"), event.hash)
    paper.console.print(facts)
    if body.get("checks"):
        paper.rows(_checks(body["checks"]))


def figures(values: Mapping[str, Any]) -> str:
    """Names and values in one line; what is in something stands in parentheses behind it."""
    return ", ".join(f"{name} {_value(value)}" for name, value in values.items() if value is not None)


def _checks(checks: list[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(tr("check"), no_wrap=True)
    table.add_column("")
    table.add_column(tr("figures"), overflow="fold")
    for check in checks:
        passed = Text("✓", "green") if check["passed"] else Text("✗", "bold red")
        table.add_row(check["name"], passed, figures(check["figures"]))
    return table


def _lines(value: Any) -> list[str]:
    """Any fact; digests are long and get a line each."""
    if isinstance(value, list):
        return [line for entry in value for line in _lines(entry)]
    if not isinstance(value, dict):
        return [_value(value)]
    long = {name: entry for name, entry in value.items() if isinstance(entry, str) and _DIGEST.search(entry)}
    short = {name: entry for name, entry in value.items() if name not in long and entry is not None}
    return [*([figures(short)] if short else []), *(f"{name} {entry}" for name, entry in long.items())]


def _ledger_lines(ledger: Mapping[str, Any]) -> list[str]:
    head = " ".join(str(ledger[name]) for name in ("kind", "transaction"))
    legs = (
        f"{leg['account']}  {amount(Money(leg['minor'], leg['currency']), sign=True)}" for leg in ledger["postings"]
    )
    return [head, *legs]


def _policy_lines(policy: Mapping[str, Any]) -> list[str]:
    return [str(policy.get("name")), figures({name: value for name, value in policy.items() if name != "name"})]


_LINES: dict[str, Callable[[Any], list[str]]] = {"ledger": _ledger_lines, "policy": _policy_lines}


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, dict):
        return f"({figures(value)})"
    if isinstance(value, list):
        return f"({', '.join(_value(entry) for entry in value)})" if value else tr("none")
    return json.dumps(value)
