"""`${name}` keeps types where it stands alone, and is text inside of one."""

from __future__ import annotations

import pytest

from smilepay_cli.harnesses.scenarios.references import Missing, alone, filled, names_in, refers
from smilepay_cli.rules.sets.problems import Wrong

KNOWN = {"order": "ord_1", "pay": {"data": {"ids": [1, 2], "yes": True, "none": None}}}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("plain", "plain"),
        ("${order}", "ord_1"),
        ("a ${order} b ${pay.data.ids[1]}", "a ord_1 b 2"),
        ("${pay.data.ids}", [1, 2]),
        ("${pay.data.yes}", True),
        ("${pay.data.yes}!", "true!"),
        ("$${order}", "${order}"),
        ("$$${order}", "$${order}"),
        ({"a": ["${order}"]}, {"a": ["ord_1"]}),
        (3, 3),
    ],
    ids=str,
)
def test_references_are_filled(value: object, result: object) -> None:
    """In texts, lists and mappings."""
    assert filled(value, KNOWN) == result


@pytest.mark.parametrize("text", ["${gone}", "${pay.data.none}", "${pay.nothing}", "${pay.[[}"])
def test_what_finds_nothing_is_no_empty_text(text: str) -> None:
    """An order that was not kept must not become any order."""
    with pytest.raises(Missing):
        filled(text, KNOWN)


@pytest.mark.parametrize("text", ["${}", "${9x}", "${a", "${ }", "x ${-} y"])
def test_what_cannot_be_a_reference_is_told(text: str) -> None:
    """A typing mistake is not passed on to a command."""
    with pytest.raises(Wrong, match="refers to nothing"):
        list(names_in(text))


def test_names_are_found_where_they_are_meant() -> None:
    """Not in escaped ones."""
    assert list(names_in("${a} $${b} ${c.d}")) == ["a", "c"]
    assert alone("${matrix.x}") == ("matrix", ".x") and alone("${a}b") is None
    assert refers(["x", "${a}"]) and not refers({"a": "$${b}"})
