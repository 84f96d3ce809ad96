"""Mappings of a scenario become TOML that says the same."""

from __future__ import annotations

import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.scenarios.nodes import Table, as_value
from smilepay_cli.harnesses.scenarios.reading import documents
from smilepay_cli.harnesses.scenarios.toml import toml

TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]) | st.sampled_from("\n\t\"\\'#=\x7f"), max_size=12)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**9), 10**9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_toml_reads_back_as_the_same(value: dict[str, object]) -> None:
    """Whatever keys and texts are made of."""
    for node in documents(json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f").encode()):
        assert isinstance(node, Table)
        assert tomllib.loads(toml(node)) == as_value(node) == value


def test_amounts_keep_their_text() -> None:
    """`3.10` stays, and a quoted number is a text."""
    (node,) = documents(b"a: 3.10\nb: '3.10'\nc: 007\nd: no\ne: true\n")
    assert isinstance(node, Table)
    assert toml(node) == 'a = 3.10\nb = "3.10"\nc = "007"\nd = "no"\ne = true\n'
