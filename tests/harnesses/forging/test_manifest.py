"""Tags say what a picture was made of, whatever people are called, in words that a set takes."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.forging.manifest import tag
from smilepay_cli.rules.sets.manifest import read_csv
from smilepay_cli.rules.sets.writing import csv_lines
from smilepay_cli.vocabulary.trials import Kind, Trial

NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)


@given(st.lists(NAMES, max_size=3))
def test_tags_are_read_back(values: list[str]) -> None:
    """A partner called `x;seed:1` must not look like two tags, and a long name must not make a set unreadable."""
    tags = tuple(tag("with", value + "/" + value) for value in values)
    trial = Trial(id="1", path="a.png", kind=Kind.ATTACK, subject="lin", pai_species="blur", tags=tags)
    found = read_csv(BytesIO(b"".join(csv_lines([trial]))), "set", "set")
    assert [replace(one, where="") for one in found.trials] == [trial]


def test_long_values_stay_apart() -> None:
    """Names that differ at their ends only."""
    assert len({tag("of", "x" * 100 + end) for end in ("a", "b", "%", ";")}) == 4
    assert tag("of", "Zoë Lee/1") == "of:Zoë Lee/1"
