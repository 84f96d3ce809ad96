"""Engines by name."""

from __future__ import annotations

import pytest

from smilepay_cli.adapters.faces.engines import ENGINES, open_engine
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_answers_to_its_name(name: str) -> None:
    """The event says `engine.name`; it must be what was asked for."""
    assert open_engine(name).name == name


def test_a_slip_of_the_finger_gets_a_suggestion() -> None:
    """Exit 2, with the name that was meant."""
    with pytest.raises(UsageProblem, match="'refrence'") as caught:
        open_engine("refrence")
    assert caught.value.exit is ExitStatus.USAGE
    assert caught.value.reason == "unknown_engine"
    assert "did you mean 'reference'?" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["fake", "", "zzz"])
def test_nothing_else_is_an_engine(name: str) -> None:
    """A selectable fake would be a way around authentication; what there is gets listed."""
    with pytest.raises(UsageProblem) as caught:
        open_engine(name)
    assert "known:" in str(caught.value.hint)
    assert "reference" in str(caught.value.hint)
