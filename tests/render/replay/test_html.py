"""The report: figures that are those of the summary, on a page that loads nothing, runs nothing and stays small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from smilepay_cli.render.replay.html import page
from smilepay_cli.render.replay.tables import MOST_ROWS
from smilepay_cli.render.replay.words import visible
from tests.fakes import replays
from tests.fakes.pages import Page

ROWS = list(replays.rows())
SUMMARY = replays.summary(ROWS)
JPEG = b"\xff\xd8\xff\xe0" + bytes(4000)


def shown(summary: dict[str, Any] = SUMMARY, rows: Any = ROWS, **options: Any) -> Page:
    return Page(page(summary, rows, **options))


def test_the_verdict_comes_first() -> None:
    """Then the worst species and the money; then gates, rates, species and all that they rest on."""
    text = shown().text
    order = [
        "Replay report", "✗ 1 of 2 gates failed, ", "worst species, face_morph: ", "money moved by attacks",
        "nobody stood before a camera", "Gates", "Error rates", "Species", "Dissimilarities", "Why it was refused",
        "Whose money", "Who got in", "Not as expected", "Made by, and of", "Policy standard", "Definitions", "Limits",
    ]  # fmt: skip
    places = [text.find(part) for part in order]
    assert -1 not in places and places == sorted(places)


def test_figures_are_those_of_the_summary() -> None:
    """Every total with counts and interval, every species with its money, every gate, digest and definition."""
    text = shown().text
    for part in ("3 of 300 1.0 % 0.2 to 2.9 % 2.6 %", "2 of 26,100 0.008 % 0.001 to 0.028 % 0.024 %"):
        assert part in text
    for species in SUMMARY["species"]:
        assert f"{species['name']} " in text
        assert not species["accepted"] or f"{species['accepted']}.00 EUR" in text
    for told in ("5a" * 32, "6b" * 32, "sample data: no engine made this", "smile_not_shown", "quartet", "0.46"):
        assert told in text
    for title, definition in replays.DEFINITIONS.values():
        assert title in text and definition in text


def test_nothing_of_a_hostile_set_becomes_markup() -> None:
    """Ids, people, species, messages, paths, gates, policies: escaped, and what hides or turns round is written out."""
    rows = list(replays.rows(300, hostile=True))
    summary = replays.summary(rows)
    summary["policy"]["name"] = summary["set"]["path"] = summary["program"]["engine"] = replays.HOSTILE
    summary["problems"] = summary["limits"] = [replays.HOSTILE]
    summary["baseline"] = {
        "path": replays.HOSTILE,
        "changed": [{"id": replays.HOSTILE, "before": replays.HOSTILE, "after": replays.HOSTILE}],
        "tests": [{"kind": replays.HOSTILE, "better": 0, "worse": 1, "p": 1.0}],
    }
    summary["gates"][0] |= {"text": replays.HOSTILE, "words": replays.HOSTILE}
    summary["measures"][-1]["note"] = summary["measures"][0]["title"] = replays.HOSTILE
    raw = page(summary, rows, lambda row: JPEG)
    found = Page(raw)
    assert visible(replays.HOSTILE) in found.text
    assert "<script" not in raw and "\u202e" not in raw and "\x1b" not in raw
    raw.encode()  # no lone surrogates
    assert {tag for tag, _ in found.elements} & {"script", "iframe", "object", "link", "form", "a"} <= {"a"}
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]


def test_it_loads_nothing() -> None:
    """No address anywhere; pictures are data; and a policy for the browser that says the same."""
    raw = page(SUMMARY, ROWS, lambda row: JPEG)
    assert "http:" not in raw and "https:" not in raw and "//" not in re.sub(r'src="data:[^"]*"', "", raw)
    policies = [attributes.get("content") for tag, attributes in Page(raw).elements if tag == "meta"]
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policies
    sources = [attributes["src"] for tag, attributes in Page(raw).elements if tag == "img"]
    assert sources and all(str(source).startswith("data:image/jpeg;base64,") for source in sources)
    links = [attributes["href"] for tag, attributes in Page(raw).elements if tag == "a"]
    assert links == ["#definitions"] and 'id="definitions"' in raw


def test_ids_are_given_once() -> None:
    """Two plots and a heading share the page."""
    ids = [attributes["id"] for _, attributes in shown().elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_hundred_thousand_rows_make_no_larger_page() -> None:
    """With as many species and targets as a set can bring up."""
    count = 100_000

    def rows() -> Iterator[dict[str, Any]]:
        for at in range(count):
            row = ROWS[at % len(ROWS)]
            yield {**row, "id": f"row-{at}", "pai_species": row["pai_species"] and f"species {at}"}

    species = [{**SUMMARY["species"][0], "name": f"species {at}"} for at in range(3000)]
    measures = [*SUMMARY["measures"], *(replays.measure("iapar", f"species {at}", 1, 9, "few") for at in range(3000))]
    targets = [{"name": f"target {at}", "attempts": 2, "accepted": 1, "moved": {"EUR": 100}} for at in range(3000)]
    summary = {**SUMMARY, "species": species, "measures": measures, "targets": targets, "rows": count}
    asked: list[str] = []

    def look(row: Any) -> bytes:
        asked.append(row["id"])
        return JPEG

    raw = page(summary, rows(), look)
    assert len(asked) == 60 and len(raw) < 1_000_000
    text = Page(raw).text
    got_in = sum(
        ROWS[at % len(ROWS)]["outcome"] == "accepted" and ROWS[at % len(ROWS)]["kind"] != "bona_fide"
        for at in range(count)
    )
    unexpected = sum(ROWS[at % len(ROWS)]["as_expected"] is False for at in range(count))
    assert f"And {got_in - 60:,} more who got in, in results.jsonl." in text
    assert f"And {unexpected - MOST_ROWS:,} more cases, in results.jsonl." in text
    assert "And 2,940 more species" in text and "And 2,980 more targets" in text


@pytest.mark.parametrize("jpeg", [None, b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff" + bytes(70_000)])
def test_what_is_no_small_jpeg_is_no_picture(jpeg: bytes | None) -> None:
    """A picture that is gone, or is something else, leaves its place and its words."""
    found = shown(look=lambda row: jpeg)
    assert "no picture" in found.text and not [tag for tag, _ in found.elements if tag == "img"]


def test_an_empty_run_is_a_page_all_the_same() -> None:
    """Nothing tried, nothing asked, nothing to draw."""
    summary = {
        **replays.summary([]), "gates": [], "species": [], "reasons": {}, "targets": [], "measures": [],
        "histograms": {"bin": 0.002, "mated": [], "non_mated": [], "attacks": []},
    }  # fmt: skip
    text = shown(summary, []).text
    assert "nothing was asked for" in text and "No attack and no stranger." in text and "Nothing was refused." in text
    assert "No row of the set says what is expected." in text


def test_a_baseline_is_told_with_its_cases() -> None:
    """What changed, and whether chance alone would do that."""
    changed = [{"id": f"row-{at}", "before": "accepted", "after": "refused: no_match"} for at in range(150)]
    tests = [{"kind": "bona_fide", "better": 1, "worse": 9, "p": 0.021484}]
    text = shown({**SUMMARY, "baseline": {"path": "old.json", "changed": changed, "tests": tests}}).text
    assert "150 cases changed since old.json" in text and "bona fide 1 9 0.0215" in text
    assert "And 50 more cases, in summary.json." in text
