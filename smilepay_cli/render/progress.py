"""How far something is, in one line for people: a bar, counts, the rate, the time left."""

from __future__ import annotations

BAR = 24
"""Letters."""


def line(doing: str, done: int, total: int, seconds: float, *, first: int = 0) -> str:
    """`Trying ━━━━━━━━━╺━━━━━━━━━━━━━━ 1,234 of 100,000 · 412 a second · 4 min left`

    `seconds` were taken by those after the `first`, which were done before.
    """
    filled = BAR * done // total if total else 0
    bar = "━" * filled + ("╺" if filled < BAR else "") + "─" * max(0, BAR - filled - 1)
    parts = [f"{doing} {bar} {done:,} of {total:,}"]
    made = done - first
    if seconds >= 1 and made:
        rate = made / seconds
        parts.append(f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
        parts.append(f"{left((total - done) / rate)} left")
    return " · ".join(parts)


def left(seconds: float) -> str:
    """`12 s`, `4 min`, `3 h 20 min`: rounded up, for nobody likes to wait longer than was said."""
    whole = int(seconds) + 1
    if whole < 100:
        return f"{whole} s"
    minutes = -(-whole // 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
