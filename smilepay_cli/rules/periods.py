"""Points in time as people type them: dates, times, and words such as `today` or `1d`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr

_SPAN = re.compile(r"([0-9]{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = {"today": 0, "yesterday": 1}
EARLIEST = 1970
"""Nothing happened here before; and years of fewer than four digits would not sort as text."""
HINT = marked("write it like 2015-03-15, 2015-03-15T17:30, today, yesterday, or 90m, 12h, 1d, 2w ago")


def beginning(text: str, now: datetime) -> datetime:
    """The first moment of what was typed. Days are those of `now`'s time zone. Raises UsageProblem."""
    return _moment(text, now, "--since")[0]


def end(text: str, now: datetime) -> datetime:
    """The first moment after what was typed: a day counts whole. Raises UsageProblem."""
    return _moment(text, now, "--until")[1]


def _moment(text: str, now: datetime, option: str) -> tuple[datetime, datetime]:
    try:
        first, after = _typed(text, now)
    except (ValueError, OverflowError, OSError):
        raise _no_moment(text, option) from None
    if first.year < EARLIEST:
        raise _no_moment(text, option)
    return first, after


def _no_moment(text: str, option: str) -> UsageProblem:
    return UsageProblem(
        tr("{option} {text!r} is no point in time", option=option, text=text), hint=tr(HINT), reason="bad_period"
    )


def _typed(text: str, now: datetime) -> tuple[datetime, datetime]:
    if text in _DAYS:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return _day((midnight - timedelta(days=_DAYS[text])).replace(tzinfo=None))
    if span := _SPAN.fullmatch(text):
        at = now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        return at, at
    if _DATE.fullmatch(text):
        return _day(datetime.fromisoformat(text))
    at = datetime.fromisoformat(text).astimezone()
    return at, at


def _day(midnight: datetime) -> tuple[datetime, datetime]:
    """A local day; where clocks are put forward or back it is shorter or longer."""
    return midnight.astimezone(), (midnight + timedelta(days=1)).astimezone()
