"""What doctor says of the engines of this machine, with the real models."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from smilepay_cli.adapters.checks import engine as checks
from smilepay_cli.adapters.checks.engine import look_at_engines
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.builder import Parity
from smilepay_cli.adapters.faces.weights import sha256_of
from smilepay_cli.vocabulary.findings import Finding


def look(variables: dict[str, str] | None = None) -> dict[str, Finding]:
    found = look_at_engines("quartet", dict(os.environ) if variables is None else variables, lambda _: None)
    return {finding.what: finding for finding in found}


def test_all_is_well_and_measured() -> None:
    """With figures, and where things are."""
    found = look()
    assert {what: found[what].state for what in found} == dict.fromkeys((OPENCV, ENGINES, FAST, PARITY), "ok")
    assert os.environ["SMILEPAY_CACHE"] in found[FAST].told
    assert "landmarks within 0 pixels" in found[PARITY].told


def test_models_that_cannot_be_kept_are_a_note() -> None:
    """The reference engine stands in; the line says what to do."""
    found = look({"SMILEPAY_CACHE": "/dev/null/below"})
    assert found[FAST].state == "note" and PARITY not in found
    assert "reference engine" in found[FAST].told and "SMILEPAY_CACHE=DIR" in str(found[FAST].hint)


def test_without_dlib_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem, with the name of the wheel."""
    monkeypatch.setitem(sys.modules, "dlib", None)
    found = look()
    assert found[ENGINES].state == "problem" and "dlib-bin" in str(found[ENGINES].hint)
    assert list(found) == [OPENCV, ENGINES]


def test_models_that_disagree_with_dlib_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured anew each time, not read from where it was written down."""
    monkeypatch.setattr(FastEngine, "parity", lambda _: Parity(0.1, 0.0, boxes_equal=True))
    assert look()[PARITY].state == "problem"


def test_weights_that_changed_under_the_memory_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same size, same time, other bytes: the engine would not notice, doctor reads them."""

    def changed(path: Path) -> str:
        return "0" * 64 if path.name.startswith("dlib_face") else sha256_of(path)

    monkeypatch.setattr(checkup, "sha256_of", changed)
    assert look()[MODELS].state == "problem"
