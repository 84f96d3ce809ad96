"""The trail as files for others: JSON Lines that prove themselves, and a flat table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from smilepay_cli.vocabulary.events import Event, StoredEvent
from smilepay_cli.vocabulary.money import Money, exponent

COLUMNS = (
    "number", "id", "at", "command", "terminal", "outcome", "reason", "exit", "account", "claimed", "amount",
    "currency", "payment", "order", "transaction", "kind", "merchants", "policy", "engine", "accepted",
    "dissimilarity", "runner_up", "margin", "frames", "failed_check", "hash",
)  # fmt: skip
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_line(row: StoredEvent) -> str:
    """`{"body":TEXT,"hash":"HASH"}`: canonical JSON itself, and the event's text is cut out of it byte by byte, so that
    a third party needs SHA-256 and nothing else.
    """
    return f'{{"body":{row.body},"hash":"{row.hash}"}}\n'


def csv_line(cells: Sequence[object]) -> str:
    """One record of RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    paper = io.StringIO()
    csv.writer(paper, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return paper.getvalue()


def cells_of(event: Event) -> list[object]:
    """What COLUMNS name, of one event."""
    body = event.body
    decision, ledger = body.get("decision") or {}, body.get("ledger") or {}
    failed = next((check["name"] for check in body.get("checks", ()) if not check["passed"]), None)
    of_event = [body.get(name) for name in COLUMNS[1:10]]
    return [
        event.seq,
        *of_event,
        plain_amount(body.get("amount_minor"), body.get("currency")),
        body.get("currency"),
        body.get("payment") or ledger.get("payment"),
        body.get("order"),
        ledger.get("transaction"),
        ledger.get("kind"),
        " ".join(body.get("merchants") or ()),
        (body.get("policy") or {}).get("name"),
        (body.get("engine") or {}).get("name"),
        decision.get("accepted"),
        decision.get("dissimilarity"),
        decision.get("runner_up"),
        decision.get("margin"),
        len(body.get("frames") or ()),
        failed,
        event.hash,
    ]


def plain_amount(minor: int | None, currency: str | None) -> str | None:
    """`3.80`: no thousands, no currency."""
    if minor is None or currency is None:
        return None
    return f"{Money(minor, currency).decimal:.{exponent(currency)}f}"


def _harmless(cell: object) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
