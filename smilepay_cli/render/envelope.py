"""The JSON envelope, `smilepay/1`: one document per call, errors in the same form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any

from smilepay_cli.vocabulary.errors import ExitStatus
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.ledger import Balance
from smilepay_cli.vocabulary.money import Money, exponent
from smilepay_cli.vocabulary.results import Result

SCHEMA = "smilepay/1"
_ENVELOPE_FIELDS = frozenset({"refusal", "events", "warnings"})


def envelope_of_result(command: str, result: Result) -> str:
    """A verb's result as one JSON document."""
    data = {
        field.name: plain(getattr(result, field.name))
        for field in fields(result)
        if field.name not in _ENVELOPE_FIELDS and not field.metadata.get("private")
    }
    reason = None
    if result.refusal:
        reason = result.refusal.reason
        data = {"message": result.refusal.message, "hint": result.refusal.hint, **data}
    return _document(command, result.outcome, reason, result.exit, data, result.events, result.warnings)


def envelope_of_error(
    command: str, status: ExitStatus, reason: str, message: str, hint: str | None, warnings: Sequence[str] = ()
) -> str:
    """An error as one JSON document."""
    return _document(command, "error", reason, status, {"message": message, "hint": hint}, (), tuple(warnings))


def plain(value: Any) -> Any:
    """Any value of a result as JSON: amounts with minor units and as text, moments in ISO 8601."""
    if isinstance(value, Money):
        amount = f"{value.decimal:.{exponent(value.currency)}f}"
        return {"minor": value.minor, "currency": value.currency, "amount": amount}
    if isinstance(value, Balance):
        return {
            "account_id": value.account_id,
            **{name: plain(getattr(value, name)) for name in ("posted", "held", "available")},
        }
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _document(
    command: str,
    outcome: str,
    reason: str | None,
    status: ExitStatus,
    data: dict[str, Any],
    events: tuple[str, ...],
    warnings: tuple[str, ...],
) -> str:
    envelope = {
        "schema": SCHEMA,
        "command": command,
        "outcome": outcome,
        "reason": reason,
        "exit": int(status),
        "data": data,
        "events": list(events),
        "warnings": list(warnings),
    }
    return json.dumps(envelope, indent=2, ensure_ascii=False, allow_nan=False)
