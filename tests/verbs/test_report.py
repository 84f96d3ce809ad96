"""The report: figures that are those of the wallet, on a page that loads nothing and runs nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from smilepay_cli.render.report import page
from smilepay_cli.verbs.report import MOST_ROWS, ReportResult, report
from tests.fakes.pages import Page
from tests.verbs.conftest import Scene
from tests.verbs.forgery import Forger, eventful, sign

HOSTILE = "<script>alert('x')</script>\"&amp;{{7*7}}"


def reported(scene: Scene, **options: Any) -> tuple[ReportResult, Page]:
    result = report(scene.till(), **options)
    return result, Page(page(result))


def test_figures_are_those_of_the_wallet(scene: Scene) -> None:
    """Counted once more from the events."""
    eventful(scene)
    result, shown = reported(scene)
    events = scene.events()
    assert result.events_told == len(events) and result.unreadable == 0 and result.broken is None
    assert sum(done for _, done, _ in result.commands) == sum(event["outcome"] == "done" for event in events)
    refused = [event["reason"] for event in events if event["outcome"] == "refused"]
    assert dict(result.reasons) == {reason: refused.count(reason) for reason in refused}
    assert sum(minor for _, _, _, minor in result.money) == 0, "with the world outside all adds up to nothing"
    assert {kind for kind, *_ in result.money} >= {"customer", "merchant", "funding"}
    assert result.head in shown.text and "insufficient_funds" in shown.text
    assert "all events, transactions and balances were as written" in shown.text


def test_it_tells_the_last_checkpoint_policies_and_engines(scene: Scene) -> None:
    scene.enroll("ann")
    assert "No checkpoint was signed yet" in reported(scene)[1].text
    made = sign(scene)
    result, shown = reported(scene)
    assert made.fingerprint in shown.text and "Last checkpoint: event 1" in shown.text
    assert result.policies[0][0].startswith("standard (numbers ") and result.engines[0][0].startswith("fake, ")


def test_names_are_there_only_where_asked_for(scene: Scene) -> None:
    """By default a report can be given to somebody who need not know who was there."""
    eventful(scene)
    anonymous, named = page(report(scene.till())), page(report(scene.till(), names=True))
    assert not re.search(r"\b(ann|bob)\b", anonymous) and "acc_0001" in anonymous
    assert re.search(r"<td>ann</td>", named) and re.search(r"<td>bob</td>", named)


def test_whatever_is_in_an_event_stays_text(scene: Scene) -> None:
    """A name, a terminal's word: nothing of it becomes an element, an attribute or a template."""
    scene.enroll(HOSTILE)
    scene.pay(HOSTILE, amount="3", merchant="kiosk")
    result, shown = reported(scene, names=True)
    assert HOSTILE in shown.text
    assert "<script" not in page(result) and not any(tag == "script" for tag, _ in shown.elements)


def test_a_hostile_file_is_reported_and_not_run(scene: Scene) -> None:
    """Events that somebody else wrote: any type in any place, markup as a command, lone surrogates."""
    scene.enroll("ann")
    forger = Forger(scene.home)
    bodies = [
        f'{{"command":"{"<img src=x onerror=alert(1)>"}","outcome":"refused","reason":"</td><script>","at":"x"}}',
        '{"command":["a"],"outcome":7,"reason":{"b":1},"at":5,"checks":{"c":1},"decision":[],"amount_minor":"1"}',
        '{"command":"pay","decision":{"dissimilarity":"<b>","margin":true},"checks":["x",{}],"policy":1,"engine":[]}',
        '{"command":"\\ud800","checkpoint":{"seq":"<i>","at":"<i>","key":"<i>","wallet":"<i>"}}',
        "no JSON",
        '{"amount_minor":1,"currency":"<u>","outcome":"refused","at":"9999-12-31T23:59:59.999Z"}',
    ]
    with forger.unguarded() as db:
        for seq, body in enumerate(bodies, start=2):
            db.execute("INSERT INTO events (seq, hash, body) VALUES (?, ?, ?)", (seq, "<s>", body))
    forger.db.close()
    result, shown = reported(scene)
    assert result.broken and "event 2 was changed" in shown.text and result.unreadable == 1
    assert {tag for tag, _ in shown.elements} & {"script", "img", "b", "i", "u", "s"} == set()
    assert "1 event cannot be read and is in no figure" in shown.text


def test_nothing_is_loaded_from_anywhere(scene: Scene) -> None:
    """One file, for a mail, a browser without a network, or paper."""
    eventful(scene)
    result, shown = reported(scene, names=True)
    assert not any(name in ("src", "href", "srcset", "xlink:href") for _, attrs in shown.elements for name in attrs)
    assert not re.search(r"url\(|@import|https?://", page(result))
    policies = [attrs["content"] or "" for tag, attrs in shown.elements if tag == "meta" and "content" in attrs]
    assert any(policy.startswith("default-src 'none'") for policy in policies), "and where it tried, it would not"


def test_an_empty_wallet_has_a_report_too(scene: Scene) -> None:
    assert "Nothing has happened yet" in reported(scene)[1].text


@pytest.mark.parametrize(("days", "per"), [(1, "each day"), (30, "each day"), (900, "in each 23 days")])
def test_the_chart_adds_up(scene: Scene, days: int, per: str) -> None:
    """As many bars as fit, each as tall as its count, none outside of the picture."""
    scene.enroll("ann")
    for _ in range(3):
        scene.clock.advance(days=days)
        scene.pay("stranger", amount="3", merchant="kiosk")
    result, shown = reported(scene)
    assert per in shown.text
    heights = [float(attrs["height"] or 0) for tag, attrs in shown.elements if tag == "rect"]
    unit = max(heights)
    assert sum(heights) == pytest.approx(unit * result.events_told, abs=0.1), "one event a bar here"
    for tag, attrs in shown.elements:
        if tag == "rect":
            assert float(attrs["x"] or 0) >= 0 and float(attrs["x"] or 0) + float(attrs["width"] or 0) <= 960
            assert 0 <= float(attrs["y"] or 0) <= 160


def test_the_newest_rows_are_listed_and_the_rest_is_counted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page stays a page."""
    scene.enroll("ann")
    with scene.store.writing() as books:
        for number in range(MOST_ROWS + 5):
            books.trail.append({"id": f"evt_x{number}", "at": "2015-03-15T18:00:00.000Z", "command": "pay",
                                "outcome": "refused", "reason": "no_match", "exit": 10})  # fmt: skip
    result, shown = reported(scene)
    assert len(result.rows) == MOST_ROWS and result.reasons == (("no_match", MOST_ROWS + 5),)
    assert result.rows[0].seq == MOST_ROWS + 6 and "The newest 500; the figures above are of all." in shown.text
