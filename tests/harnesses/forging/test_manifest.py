"""The manifest is read back as it was written, whatever people are called."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.forging.manifest import BETWEEN_TAGS, COLUMNS, manifest, tag
from smilepay_cli.vocabulary.trials import Kind, Trial

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)


@given(TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_cells_are_what_they_say(subject: str, path: str, values: list[str]) -> None:
    """Commas, quotes, line breaks and formulas included."""
    tags = tuple(tag("with", value) for value in values)
    trial = Trial(id="a/1", path=path, kind=Kind.ATTACK, subject=subject, pai_species="blur", tags=tags)
    head, row = csv.reader(io.StringIO(manifest([trial]).decode(), newline=""))
    assert tuple(head) == COLUMNS
    cells = dict(zip(head, row, strict=True))
    assert (cells["path"], cells["subject"], cells["kind"]) == (path, subject, "attack")
    assert tuple(cells["tags"].split(BETWEEN_TAGS)) == (tags or ("",))


@given(TEXT)
def test_no_value_ends_a_tag(value: str) -> None:
    """A partner called `x;seed:1` must not look like two tags; a set takes no more than 64 characters of one."""
    assert BETWEEN_TAGS not in tag("with", value)
    assert len(tag("with", value * 9)) <= 64
    assert tag("of", "Zoë Lee/1") == "of:Zoë Lee/1"


def test_long_values_stay_apart() -> None:
    """Names that differ at their ends only."""
    assert len({tag("of", "x" * 100 + end) for end in ("a", "b", "%", ";")}) == 4
