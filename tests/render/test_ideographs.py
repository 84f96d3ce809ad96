"""Chinese is broken into lines, and nothing of it is cut off."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import _wrap
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from smilepay_cli.adapters.languages import language_for
from smilepay_cli.render import ideographs
from smilepay_cli.render.console import console_on
from smilepay_cli.vocabulary.language import speaking

SENTENCE = (
    "图片成为参考：128 个数字，以及放松时嘴的形状（加密保存在钱包里）。图片本身不会保留，因为“微笑支付”不需要它。"
)
CHINESE = language_for({"LANG": "zh_CN.UTF-8"})


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Other tests draw in English."""
    yield
    ideographs.break_lines_by_language()


def drawn(text: str, width: int) -> list[str]:
    """A cell of a table of that width."""
    file = io.StringIO()
    table = Table.grid()
    table.add_column(width=width)
    table.add_row(Text(text))
    console_on(file, color=False, width=width).print(table)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [10, 17, 40, 76])
def test_nothing_is_cut_off(width: int) -> None:
    """Every letter is there, no line is too long, none begins with a mark that closes or ends with one that opens."""
    with speaking(CHINESE):
        lines = drawn(SENTENCE, width)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", SENTENCE)
    assert all(cell_len(line) <= width for line in lines)
    assert not any(line.strip()[:1] in tuple("，。；：、）") for line in lines)
    assert not any(line.strip()[-1:] in tuple("（《") for line in lines)


def test_english_in_it_stays_whole() -> None:
    """Commands are typed as they stand."""
    with speaking(CHINESE):
        lines = drawn("下一步：smilepay audit show evt_0004 可以看到检查了什么", 24)
    assert any("evt_0004" in line for line in lines) and any("smilepay" in line for line in lines)


@given(st.text(st.sampled_from([*"abc .,:-'\u2019\u201c", "é", "\n", "✓"]), max_size=60))
def test_other_texts_are_broken_as_rich_does(text: str) -> None:
    """Word by word."""
    with speaking(CHINESE):
        ideographs.break_lines_by_language()
        found = list(_wrap.words(text))
    assert "".join(word for *_, word in found) == "".join(word for *_, word in _by_rich(text))
    assert found == _by_rich(text)


def _by_rich(text: str) -> list[tuple[int, int, str]]:
    ideographs.break_lines_by_language()
    assert _wrap.re_word.pattern == r"\s*\S+\s*", "English is broken by Rich's own pattern"
    return list(_wrap.words(text))
