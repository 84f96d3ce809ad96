"""Engines by name."""

from __future__ import annotations

import os

import pytest

from smilepay_cli.adapters.faces.engines import DEFAULT_SCHEMES, default_scheme, engine_name, open_engine
from smilepay_cli.rules.profiles import THRESHOLDS
from smilepay_cli.rules.schemes import SCHEMES
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem


@pytest.mark.parametrize("name", DEFAULT_SCHEMES)
def test_every_engine_answers_to_its_name(name: str) -> None:
    """The event says `engine.name`; it must be what was asked for."""
    assert open_engine(name, DEFAULT_SCHEMES[name], os.environ).name == name


def test_the_fast_one_is_taken_where_none_is_named() -> None:
    """The reference engine is for comparison, with face_recognition's own scheme."""
    assert engine_name(None) == "fast" and default_scheme(None) == "quartet"
    assert default_scheme("reference") == "euclidean"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_both_engines_make_the_same_templates(scheme: str) -> None:
    """Whoever falls back to the other need not enrol anew; another scheme is another maker."""
    fast, reference = (open_engine(name, scheme, os.environ).maker for name in ("fast", "reference"))
    assert fast == reference and fast.scheme == scheme
    others = {open_engine("reference", other, os.environ).maker.digest for other in SCHEMES if other != scheme}
    assert fast.digest not in others


def test_every_scheme_has_thresholds_of_its_own() -> None:
    """A number measured in one scheme means nothing in another."""
    assert set(THRESHOLDS) == set(SCHEMES)


def test_a_slip_of_the_finger_gets_a_suggestion() -> None:
    """Exit 2, with the name that was meant."""
    with pytest.raises(UsageProblem, match="'refrence'") as caught:
        engine_name("refrence")
    assert caught.value.exit is ExitStatus.USAGE
    assert caught.value.reason == "unknown_engine"
    assert "did you mean 'reference'?" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["fake", "zzz"])
def test_nothing_else_is_an_engine(name: str) -> None:
    """A selectable fake would be a way around authentication; what there is gets listed."""
    with pytest.raises(UsageProblem) as caught:
        open_engine(name, "quartet", os.environ)
    assert "known:" in str(caught.value.hint)
    assert "fast, reference" in str(caught.value.hint)
