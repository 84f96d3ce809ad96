"""Manifests that are written read back as the same trials; digests name sets and files."""

from __future__ import annotations

import csv as csv_module
import json
from dataclasses import fields, replace
from io import StringIO

import pytest
from hypothesis import given

from smilepay_cli.rules.sets.columns import COLUMNS
from smilepay_cli.rules.sets.writing import csv_lines, jsonl_lines, set_digest
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Kind, Trial
from tests.rules.sets.reading import csv, jsonl
from tests.rules.sets.strategies import BYTES_IN_PATHS, PATHS, sets, trials

TRIAL = Trial(id="1", path="1.jpg", kind=Kind.ZERO_EFFORT)


@given(sets(PATHS))
def test_a_csv_reads_back_as_the_same_trials(written: list[Trial]) -> None:
    """Quotes, newlines, carriage returns, formulas, markup: text is text."""
    reading = csv(b"".join(csv_lines(written)))
    assert reading.problems.lines() == ()
    assert [replace(trial, where="") for trial in reading.trials] == written


@given(sets(PATHS | BYTES_IN_PATHS.map(lambda name: name.decode("utf-8", "surrogateescape"))))
def test_json_lines_read_back_as_the_same_trials(written: list[Trial]) -> None:
    """Names of files that are no UTF-8 too, which JSON can escape."""
    content = b"".join(jsonl_lines(written))
    reading = jsonl(content)
    assert reading.problems.lines() == ()
    assert [replace(trial, where="") for trial in reading.trials] == written
    assert content.count(b"\n") == len(written) and content.decode()


def test_a_cell_that_looks_like_a_formula_stays_what_it_is() -> None:
    """An apostrophe in front would name another file."""
    trial = replace(TRIAL, path="=1+1.jpg", subject="+anna", device='@SUM("a,b")')
    rows = list(csv_module.reader(StringIO(b"".join(csv_lines([trial])).decode(), newline="")))
    assert rows[0] == list(COLUMNS)
    assert rows[1] == ["1", "=1+1.jpg", "", "", "+anna", "zero_effort", "", '@SUM("a,b")', "", "", "", ""]


def test_a_name_that_is_no_utf_8_does_not_go_into_a_csv() -> None:
    """It is told, not turned into another name."""
    with pytest.raises(UsageProblem) as problem:
        list(csv_lines([replace(TRIAL, path="\udcff.jpg")]))
    assert problem.value.message == "the path '\\udcff.jpg' is not UTF-8, which no CSV can hold"
    assert problem.value.hint == "write a .jsonl file"


@pytest.mark.parametrize(
    ("trial", "says"),
    [
        (replace(TRIAL, path="../1.jpg"), "trial:1: path '../1.jpg' leads out"),
        (replace(TRIAL, subject="\n"), "trial:1: subject '\\n' is no name"),
        (replace(TRIAL, amount_minor=0), "trial:1: amount_minor 0 is not above zero"),
        (replace(TRIAL, tags=("a;b",)), "trial:1: tags 'a;b' is no tag"),
        (replace(TRIAL, pai_species="print"), "trial:1: pai_species 'print' on a row of kind zero_effort"),
        (replace(TRIAL, kind=Kind.ATTACK), "trial:1, '1', would not read back as itself"),
        (replace(TRIAL, subject="a  b"), "trial:1, '1', would not read back as itself"),
    ],
)
def test_what_would_not_read_back_is_not_written(trial: Trial, says: str) -> None:
    """Better no manifest than one that says something else."""
    for lines in (csv_lines, jsonl_lines):
        with pytest.raises(UsageProblem) as problem:
            list(lines([trial]))
        assert says in problem.value.message and problem.value.reason == "bad_set"


def test_two_trials_of_one_id_are_not_written() -> None:
    """The reader would refuse them."""
    with pytest.raises(UsageProblem, match="trial:2: the id '1' is that of line 1 too"):
        list(jsonl_lines([TRIAL, TRIAL]))


@given(trials(PATHS), trials(PATHS))
def test_the_digest_of_a_set_is_that_of_its_words_and_their_order(first: Trial, second: Trial) -> None:
    """Where a row stands in a file is none of it, and no word can be taken for another column's."""
    assert set_digest([first]) == set_digest([replace(first, where="elsewhere.csv:9")])
    assert (set_digest([first]) == set_digest([second])) is (first == second)
    assert (set_digest([first, second]) == set_digest([second, first])) is (first == second)


def test_every_word_of_a_trial_is_a_column() -> None:
    """A field that is added to Trial would be lost in manifests and missing from digests."""
    assert {field.name for field in fields(Trial)} == {*COLUMNS, "where"}


def test_json_lines_are_readable() -> None:
    """Letters as letters, and nothing that says nothing."""
    (line,) = jsonl_lines([replace(TRIAL, subject="Jörg", tags=("dim",))])
    assert json.loads(line) == {"id": "1", "path": "1.jpg", "subject": "Jörg", "kind": "zero_effort", "tags": ["dim"]}
    assert "Jörg".encode() in line
