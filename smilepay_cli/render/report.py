"""The audit report as one HTML page: nothing is loaded from elsewhere, and whatever is in an event stays text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from smilepay_cli import __version__
from smilepay_cli.render.pages import filled
from smilepay_cli.render.text import amount, plural
from smilepay_cli.verbs.report import MOST_ROWS, ReportResult, amount_of
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.money import Money

_TEMPLATE = Path(__file__).with_name("report.html.jinja")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 960, 180, 36, 6, 20
MOST_BARS = 120
"""More days than that are put together."""


def page(result: ReportResult) -> str:
    """The whole page."""
    return filled(
        _TEMPLATE,
        version=__version__,
        made_at=f"{result.made_at:%Y-%m-%d %H:%M:%S} UTC",
        wallet=result.wallet,
        events=plural(result.events_told, "event"),
        period=_period(result),
        broken=result.broken,
        unreadable=plural(result.unreadable, "event") if result.unreadable else "",
        unreadable_one=result.unreadable == 1,
        head_seq=result.head_seq,
        head=result.head,
        checkpoint=result.checkpoint,
        chart=_chart(result.days),
        commands=result.commands,
        reasons=result.reasons,
        money=[(kind, count, amount(Money(minor, currency))) for kind, currency, count, minor in result.money],
        policies=result.policies,
        engines=result.engines,
        rows=[_row(event, result) for event in result.rows],
        rows_note=f"The newest {MOST_ROWS}; the figures above are of all." if len(result.rows) == MOST_ROWS else "",
    )


def _period(result: ReportResult) -> str:
    if result.first_at is None or result.last_at is None:
        return ""
    return f"{result.first_at:%Y-%m-%d %H:%M} to {result.last_at:%Y-%m-%d %H:%M} UTC"


def _row(event: Event, result: ReportResult) -> dict[str, Any]:
    body = event.body
    decision = body.get("decision")
    figures = decision if isinstance(decision, dict) else {}
    money = amount_of(event)
    account = body.get("account") or body.get("claimed") or ""
    return {
        "seq": event.seq,
        "at": str(body.get("at", ""))[:19].replace("T", " "),
        "who": result.names.get(account, account),
        "command": body.get("command"),
        "reason": body.get("reason"),
        "amount": amount(money) if money else "",
        "dissimilarity": _figure(figures.get("dissimilarity")),
        "margin": _figure(figures.get("margin")),
        "failed": ", ".join(_failed(body.get("checks"))),
    }


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else ""


def _failed(checks: Any) -> list[str]:
    found = checks if isinstance(checks, list) else []
    return [str(check.get("name")) for check in found if isinstance(check, dict) and not check.get("passed")]


def _chart(days: Sequence[tuple[str, int, int]]) -> dict[str, Any] | None:
    """Bars with what was refused below and what was done above it, one for each day or span of days."""
    if not days:
        return None
    first, last = date.fromisoformat(days[0][0]), date.fromisoformat(days[-1][0])
    span = -(-((last - first).days + 1) // MOST_BARS)
    bars: dict[int, list[int]] = {}
    for day, done, refused in days:
        sums = bars.setdefault((date.fromisoformat(day) - first).days // span, [0, 0])
        sums[0] += done
        sums[1] += refused
    most = max(done + refused for done, refused in bars.values())
    places = (last - first).days // span + 1
    step = (_WIDTH - _LEFT) / max(places, 8)
    base = _HEIGHT - _BOTTOM

    def tall(count: int) -> float:
        return round(count / most * (base - _TOP), 2)

    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "left": _LEFT,
        "base": base,
        "most": f"{most:,}",
        "first": first.isoformat(),
        "last": last.isoformat(),
        "per": "each day" if span == 1 else f"in each {span} days",
        "label": f"events done and refused from {first} to {last}",
        "bars": [
            {
                "title": f"{_span(first + timedelta(days=place * span), span)}: {done} done, {refused} refused",
                "x": round(_LEFT + place * step + step * 0.1, 2),
                "width": round(step * 0.8, 2),
                "refused": tall(refused),
                "refused_y": round(base - tall(refused), 2),
                "done": tall(done),
                "done_y": round(base - tall(refused) - tall(done), 2),
            }
            for place, (done, refused) in sorted(bars.items())
        ],
    }


def _span(first: date, days: int) -> str:
    return first.isoformat() if days == 1 else f"{first.isoformat()} and {days - 1} days"
