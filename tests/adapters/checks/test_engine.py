"""What doctor says of the engines of this machine, with the real models."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from smilepay_cli.adapters.checks import engine as checks
from smilepay_cli.adapters.checks.engine import look_at_engines
from smilepay_cli.adapters.checks.room import Room
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.builder import Parity
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.adapters.faces.weights import sha256_of
from smilepay_cli.vocabulary.findings import Finding


def look(variables: dict[str, str] | None = None) -> dict[str, Finding]:
    found = look_at_engines("quartet", dict(os.environ) if variables is None else variables)
    return {finding.id: finding for finding in found}


@pytest.fixture
def built() -> None:
    """The models of this session, which some test before may have built already."""
    FastEngine("quartet", default_folder(os.environ)).prepare()


def test_all_is_well_and_measured(built: None) -> None:
    """With figures, and where things are."""
    found = look()
    every = ("weights", "model_cache", "fast_engine", "parity")
    assert {name: one.state for name, one in found.items()} == dict.fromkeys(every, "ok")
    assert os.environ["SMILEPAY_CACHE"] in found["model_cache"].told
    assert found["model_cache"].figures["bytes"] > 100_000_000
    assert "landmarks within 0 pixels" in found["parity"].told
    assert all(len(digest) == 64 for digest in found["weights"].figures["sha256"].values())


def test_models_that_are_not_built_yet_are_not_built(tmp_path: Path) -> None:
    """Whoever looks at a face does it; this only looks."""
    found = look({"SMILEPAY_CACHE": str(tmp_path / "cache")})
    assert found["fast_engine"].state == "note" and "not built yet" in found["fast_engine"].told
    assert "parity" not in found and list(tmp_path.iterdir()) == []


def test_a_damaged_model_is_told_and_not_built_anew(built: None, tmp_path: Path) -> None:
    """The next face mends it."""
    cache = tmp_path / "cache"
    shutil.copytree(os.environ["SMILEPAY_CACHE"], cache)
    (encoder,) = cache.glob("models/*/encoder.optimised.onnx")
    with encoder.open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    before = encoder.read_bytes()
    found = look({"SMILEPAY_CACHE": str(cache)})
    assert found["fast_engine"].state == "note" and "damaged" in found["fast_engine"].told
    assert encoder.read_bytes() == before


def test_a_cache_that_others_can_write_to_is_a_note(tmp_path: Path) -> None:
    """Its models would not be used."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models").chmod(0o777)
    found = look({"SMILEPAY_CACHE": str(tmp_path)})
    assert found["model_cache"].state == "note" and "SMILEPAY_CACHE=DIR" in str(found["model_cache"].hint)
    assert "others" in found["model_cache"].told and "reference engine" in found["fast_engine"].told


def test_no_room_to_build_models_is_a_note(tmp_path: Path) -> None:
    """Before somebody waits for it in vain."""
    full = os.statvfs_result((4096, 4096, 1000, 10, 10, 0, 0, 0, 0, 255))
    variables = {"SMILEPAY_CACHE": str(tmp_path)}
    found = {one.id: one for one in look_at_engines("quartet", variables, Room(lambda _: full))}
    assert found["model_cache"].state == "note" and "building takes 300 MB" in found["model_cache"].told


def test_models_that_cannot_be_kept_are_a_note() -> None:
    """The reference engine stands in; the line says what to do."""
    found = look({"SMILEPAY_CACHE": "/dev/null/below"})
    fast = found["fast_engine"]
    assert fast.state == "note" and "parity" not in found and found["model_cache"].state == "note"
    assert "reference engine" in fast.told and "SMILEPAY_CACHE=DIR" in str(fast.hint)


def test_without_dlib_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem, with the name of the wheel."""
    monkeypatch.setitem(sys.modules, "dlib", None)
    found = look()
    assert found["weights"].state == "problem" and "dlib-bin" in str(found["weights"].hint)
    assert list(found) == ["weights"]


def test_models_that_disagree_with_dlib_are_a_problem(built: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured anew each time, not read from where it was written down."""
    monkeypatch.setattr(FastEngine, "parity", lambda _: Parity(0.1, 0.0, boxes_equal=True))
    assert look()["parity"].state == "problem"


def test_weights_that_changed_under_the_memory_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same size, same time, other bytes: the engine would not notice, doctor reads them."""

    def changed(path: Path) -> str:
        return "0" * 64 if path.name.startswith("dlib_face") else sha256_of(path)

    monkeypatch.setattr(checks, "sha256_of", changed)
    assert look()["weights"].state == "problem"
