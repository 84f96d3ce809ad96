"""How far something is."""

from __future__ import annotations

import pytest

from smilepay_cli.render.progress import BAR, left, line


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "1 s"), (98.2, "99 s"), (99, "2 min"), (3600, "61 min"), (6000, "1 h 41 min"), (36_000, "10 h 1 min")],
)
def test_the_time_left_is_never_too_short(seconds: float, told: str) -> None:
    """In the unit that people would use."""
    assert left(seconds) == told


def test_the_bar_fills() -> None:
    """Empty at the beginning, full at the end, and of one length."""
    bars = [line("Trying", done, 10, 5.0).split()[1] for done in range(11)]
    assert {len(bar) for bar in bars} == {BAR}
    assert [bar.count("━") for bar in bars] == [BAR * done // 10 for done in range(11)]


def test_rate_and_time_come_when_there_is_something_to_tell_from() -> None:
    """What was done before counts for neither; in the first second nobody knows."""
    assert "a second" not in line("Trying", 5, 10, 0.5)
    assert "a second" not in line("Trying", 5, 10, 3.0, first=5)
    assert line("Trying", 600, 1000, 2.0, first=400).endswith("600 of 1,000 · 100 a second · 5 s left")
    assert line("Trying", 3, 10, 2.0).endswith("3 of 10 · 1.5 a second · 5 s left")


def test_nothing_to_do_is_no_error() -> None:
    """An empty set is refused before, but a bar must not be what breaks."""
    assert "0 of 0" in line("Trying", 0, 0, 2.0)
