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
    """A partner called `x seed:1` must not look like two tags."""
    assert not set(tag("with", value)[5:]) & set(" ;,|\n\t\"'%") - {"%", "'"}
    assert tag("of", "Zoë/1") == "of:Zoë/1"
