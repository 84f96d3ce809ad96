"""Bytes of strangers become documents with lines, or one clear problem; nothing takes long or much."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.scenarios.nodes import Items, Table, as_value
from smilepay_cli.harnesses.scenarios.reading import DEEPEST, LARGEST_FILE, MOST_VALUES, Unreadable, documents


def read(content: bytes) -> list[object]:
    return [as_value(node) for node in documents(content)]


def test_nothing_is_guessed() -> None:
    """What YAML 1.1 takes for truth values, octal and sexagesimal numbers, floats and dates is the text it is."""
    (found,) = documents(b"a: [no, on, 010, 3:00, 3.10, 1_000, 2015-03-15, 'x', .inf]\n")
    assert isinstance(found, Table)
    items = found.entries["a"]
    assert isinstance(items, Items)
    texts = ["no", "on", "010", "3:00", "3.10", "1_000", "2015-03-15", "x", ".inf"]
    assert [item.text for item in items.items] == texts  # type: ignore[attr-defined]
    assert [item.plain for item in items.items] == [True] * 7 + [False, True]  # type: ignore[attr-defined]


def test_documents_come_with_their_lines() -> None:
    """Several in a file; empty ones are none."""
    first, second = documents(b"\xef\xbb\xbfa: 1\nb:\n  - x\n---\n---\n# nothing\n---\nc: 2\n")
    assert isinstance(first, Table) and isinstance(second, Table)
    assert (first.line_of("a"), first.line_of("b"), first.entries["b"].line, second.line_of("c")) == (1, 2, 3, 8)
    assert list(documents(b"")) == list(documents(b"---\n")) == []


def test_merged_keys_do_not_replace_what_is_said() -> None:
    """`<<: *usual`, as people write it."""
    assert read(b"a: &u {x: 1, y: 2}\nb: {<<: *u, y: 3}\n") == [{"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}]


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"a:\n\tb: 1\n", 2, "a tab; YAML indents with blanks only"),
        (b"x: 1\na: b: c\n", 2, "a colon where none can be"),
        (b"a: @x\n", 1, "a text that begins with '@'; put it in quotes"),
        (b"a: 1\nb: [\n", 3, "this is not YAML"),
        (b"x: 1\na: 'never closed\n\n\n", 2, "found unexpected end"),
        (b"a: 1\nb: 2\na: 3\n", 3, "the key 'a' is there twice; the first is in line 1"),
        (b"a: &x [*x]\n", 1, "the anchor 'x' would hold itself"),
        (b"a: &usual 1\nb: *usal\n", 2, "no anchor 'usal' before this; did you mean 'usual'?"),
        (b"a: 1\nb: \xff\xfe\n", 2, "this is not UTF-8 text"),
        ("a: 1".encode("utf-16"), 1, "this is not UTF-8 text"),
        (b"a: 1\nb: \x00\n", 2, "a character that no text has"),
        (b"a: !!python/object/apply:os.system [x]\n", 1, "the tag"),
        (b"? [a]\n: b\n", 1, "a list as a key"),
        (b"[" * 200, 1, f"nested deeper than {DEEPEST} levels"),
        (b"<<: 1\n", 1, "<< takes a mapping"),
        (b" " * (LARGEST_FILE + 1), 1, "more than 32 MiB"),
    ],
    ids=str,
)
def test_what_is_no_yaml_is_told_with_its_line(content: bytes, line: int, told: str) -> None:
    """One line of words, not a trace of the parser."""
    with pytest.raises(Unreadable) as raised:
        read(content)
    assert raised.value.line == line
    assert told in str(raised.value.wrong)


def test_anchors_that_explode_take_no_time_and_no_memory() -> None:
    """Billion laughs: counted, not written out."""
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)]
    begun = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match=f"more than {MOST_VALUES:,} values") as raised:
            read(b"\n".join(lines))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert raised.value.line == 5
    assert time.perf_counter() - begun < 2 and peak < 5_000_000


def test_depth_without_end_is_no_crash() -> None:
    """A hundred thousand brackets would end a parser that goes into each."""
    with pytest.raises(Unreadable):
        read(b"[" * 100_000)
    with pytest.raises(Unreadable):
        read(b"- " * 100_000)


def test_a_document_is_let_go_of_before_the_next() -> None:
    """Ten thousand documents take no more memory than a few."""
    content = b"name: x\nsteps: [{pay: {image: lin/5.jpg}}, {audit.verify: {}}]\n---\n" * 10_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in documents(content)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(content)


@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!'\"\n\t #|>%@`?,", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Nothing but Unreadable ever comes out, and it has a line of the file."""
    line, told = 1, ""
    try:
        read(content)
    except Unreadable as problem:
        line, told = problem.line, str(problem.wrong)
    assert 1 <= line <= content.count(b"\n") + content.count(b"\r") + 2
    assert "\n" not in told
