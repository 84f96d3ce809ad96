"""Points in time as text: ISO 8601, UTC, milliseconds. Text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """`2015-03-15T10:00:00.000Z`. The moment must know its time zone."""
    utc = moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def from_iso(text: str) -> datetime:
    """The reverse of `iso`."""
    return datetime.fromisoformat(text)
