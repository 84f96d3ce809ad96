"""Which scenarios are meant: tags exactly, names by pattern or in part."""

from __future__ import annotations

import pytest

from smilepay_cli.harnesses.scenarios.selection import Selection
from tests.fakes.scenarios import loaded

(SCENARIO,) = loaded(
    a="name: Paid twice [at once]\ntags: [race, slow]\nmatrix: {i: [1]}\nsteps: [{pay: {amount: '${matrix.i}'}}]\n"
)[0]


@pytest.mark.parametrize(
    ("selection", "takes"),
    [
        (Selection(), True),
        (Selection(tags=("race",)), True),
        (Selection(tags=("rac",)), False),
        (Selection(tags=("other", "slow")), True),
        (Selection(tags=("race",), not_tags=("slow",)), False),
        (Selection(names=("paid*",)), True),
        (Selection(names=("TWICE",)), True),
        (Selection(names=("twice*",)), False),
        (Selection(names=("*[at once] [i=1]",)), True),
        (Selection(names=("p?id *",)), True),
        (Selection(names=("none", "*race*")), False),
    ],
    ids=str,
)
def test_selections(selection: Selection, takes: bool) -> None:
    """A bracket is a letter: names of a matrix have them."""
    assert selection.takes(SCENARIO) is takes
