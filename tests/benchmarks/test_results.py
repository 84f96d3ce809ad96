"""Medians, ratios and what is written: the figures that README shows are these."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.record import FORMAT, Measured, read, record, write
from benchmarks.results import LESS, MORE, Figure, Result, alone, compared, figure, ratio, result_from
from benchmarks.table import number, page, shown, table

MACHINE = {
    "processor": "a processor",
    "cores": 2,
    "system": "Linux x86_64",
    "versions": {"Python": "3.11.7"},
    "environment": {"OMP_NUM_THREADS": "1"},
}
ORDER = ("encoder", "startup")


def row(name: str = "encoder/one", ours: float = 4.0) -> Result:
    """A time of ours beside 40 ms of theirs."""
    return compared(name, "encode a face", [ours, ours + 2, ours + 1], [40.0, 41.0, 42.0], "ms", reference="dlib")


def measured(name: str, *rows: Result, note: str = "", quick: bool = False) -> Measured:
    """A benchmark that ran."""
    return Measured(name, rows, note, quick, 12.34, datetime(2026, 11, 24, 12, 0, tzinfo=UTC))


def test_the_median_and_not_the_mean() -> None:
    """One slow repeat must not show."""
    assert figure([3.0, 1.0, 100.0]) == Figure(median=3.0, min=1.0)
    assert figure([1.0, 2.0]).median == 1.5


def test_no_repeats_are_no_figure() -> None:
    """Rather an error than a 0 that looks like a very good time."""
    with pytest.raises(ValueError, match="no values"):
        figure([])


@pytest.mark.parametrize(("better", "expected"), [(LESS, 4.0), (MORE, 0.25)])
def test_above_one_ours_is_better(better: str, expected: float) -> None:
    """For times as for rates."""
    assert ratio(Figure(10.0, 1.0), Figure(40.0, 2.0), better) == expected


def test_no_ratio_to_nothing() -> None:
    """No false finds beside no false finds."""
    assert ratio(Figure(0.0, 0.0), Figure(0.0, 0.0), LESS) is None


def test_the_smaller_number_of_repeats_is_told() -> None:
    """What the weaker side rests on."""
    assert compared("a/b", "", [1.0, 2.0, 3.0], [1.0], "ms").repeats == 1


def test_json_and_back() -> None:
    """With and without a reference."""
    for one in (row(), alone("encoder/peak", "product", [250.0], "GFLOP/s", better=MORE, note="one thread")):
        assert result_from(json.loads(json.dumps(one.as_json()))) == one


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.01234, "0.0123"), (1.234, "1.23"), (12.34, "12.3"), (3681.6, "3,682"), (16.0, "16")],
)
def test_three_digits_that_mean_something(value: float, text: str) -> None:
    """A table full of digits is not read."""
    assert number(value) == text


def test_one_number_where_both_are_alike() -> None:
    """Median and smallest, only where they differ as shown."""
    assert shown(Figure(7.61, 7.3), "ms") == "7.61 ms (7.30)"
    assert shown(Figure(16.0, 16.0), "pictures") == "16 pictures"


def test_a_row_of_the_table() -> None:
    """Bars in a text must not end a cell."""
    lines = table([compared("a/b", "this | that", [4.0], [40.0], "ms", reference="dlib")]).splitlines()
    assert lines[0] == "| what | ours | reference | ratio | repeats |"
    assert lines[2] == r"| this \| that | 4 ms | 40 ms dlib | 10 | 1 |"


def test_a_row_without_a_reference_has_empty_cells() -> None:
    """Not 0, and not `None`."""
    assert table([alone("a/b", "work", [0.542], "GFLOP")]).splitlines()[2] == "| work | 0.542 GFLOP |  |  | 1 |"


def test_the_page_says_on_what_and_when() -> None:
    """Figures without a machine mean nothing."""
    text = page(record(MACHINE, [measured("encoder", row(), note="One thread.", quick=True)], ORDER, {}))
    assert "a processor, 2 cores, Linux x86_64, Python 3.11.7. In the environment: `OMP_NUM_THREADS=1`." in text
    assert "- **encoder** (2026-11-24, few repeats): One thread." in text
    assert "| encode a face | 5 ms (4) | 41 ms (40) dlib | 8.20 | 3 |" in text


def test_what_was_not_run_again_is_kept() -> None:
    """`--only startup` must not empty the table."""
    before = record(MACHINE, [measured("startup", row("startup/a"))], ORDER, {})
    after = record(MACHINE, [measured("encoder", row())], ORDER, before)
    assert list(after["benchmarks"]) == ["encoder", "startup"]
    again = record(MACHINE, [measured("startup", row("startup/a", ours=8.0))], ORDER, after)
    assert again["benchmarks"]["startup"]["results"][0]["ours"]["min"] == 8.0


def test_figures_of_another_machine_are_not_mixed_in() -> None:
    """Nor those of other versions."""
    before = record({**MACHINE, "cores": 64}, [measured("startup", row("startup/a"))], ORDER, {})
    assert list(record(MACHINE, [measured("encoder", row())], ORDER, before)["benchmarks"]) == ["encoder"]


def test_both_files_are_written(tmp_path: Path) -> None:
    """What is read back is what was measured; and Markdown beside it."""
    content = record(MACHINE, [measured("encoder", row())], ORDER, {})
    write(tmp_path / "new" / "figures.json", content)
    assert read(tmp_path / "new" / "figures.json") == content and content["format"] == FORMAT
    assert (tmp_path / "new" / "figures.md").read_text(encoding="utf-8") == page(content)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": "other/1"}'])
def test_a_file_that_makes_no_sense_is_no_record(tmp_path: Path, text: str) -> None:
    """Then everything is new."""
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    assert read(tmp_path / "results.json") == {} == read(tmp_path / "missing.json")
