"""Points in time as typed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from smilepay_cli.rules.periods import beginning, end
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.instants import iso


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """Two hours after midnight there, when it is another day in UTC still."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield datetime(2015, 3, 15, 23, 30, tzinfo=UTC).astimezone()
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize(
    ("typed", "first", "after"),
    [
        ("today", "2015-03-15T23:00:00.000Z", "2015-03-16T23:00:00.000Z"),
        ("yesterday", "2015-03-14T23:00:00.000Z", "2015-03-15T23:00:00.000Z"),
        ("2015-03-10", "2015-03-09T23:00:00.000Z", "2015-03-10T23:00:00.000Z"),
        ("2015-03-29", "2015-03-28T23:00:00.000Z", "2015-03-29T22:00:00.000Z"),  # a day of 23 hours
        ("2015-03-10T12:00", "2015-03-10T11:00:00.000Z", "2015-03-10T11:00:00.000Z"),
        ("2015-03-10T12:00:30Z", "2015-03-10T12:00:30.000Z", "2015-03-10T12:00:30.000Z"),
        ("2015-03-10T12:00+05:00", "2015-03-10T07:00:00.000Z", "2015-03-10T07:00:00.000Z"),
        ("90m", "2015-03-15T22:00:00.000Z", "2015-03-15T22:00:00.000Z"),
        ("1d", "2015-03-14T23:30:00.000Z", "2015-03-14T23:30:00.000Z"),
        ("2w", "2015-03-01T23:30:00.000Z", "2015-03-01T23:30:00.000Z"),
    ],
)
def test_what_people_type(berlin: datetime, typed: str, first: str, after: str) -> None:
    """Days are the reader's own, and an end counts them whole."""
    assert (iso(beginning(typed, berlin)), iso(end(typed, berlin))) == (first, after)


@pytest.mark.parametrize(
    "typed", ["soon", "1y", "d", "-1d", "2015-02-30", "99999w", "2015-03-10T25:00", "", "٣d", "0001-01-01"]
)
def test_what_is_no_time(berlin: datetime, typed: str) -> None:
    """One line with what would do."""
    with pytest.raises(UsageProblem, match="no point in time") as raised:
        end(typed, berlin) if typed != "0001-01-01" else beginning(typed, berlin)
    assert raised.value.hint and "yesterday" in raised.value.hint
