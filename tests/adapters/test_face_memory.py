"""What was measured before: asked once, and let go of when the trial is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.adapters.memory_file import MemoryFile
from smilepay_cli.vocabulary.faces import Frame, pixel_digest
from tests.fakes.fake_engine import picture
from tests.measured import resident
from tests.verbs.profile import often


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[FaceMemory]:
    memory = FaceMemory(MemoryFile(tmp_path, "maker"))
    yield memory
    memory.close()


def frame(noise: int = 0) -> Frame:
    pixels = picture("ann", noise=noise)
    return Frame(pixels, 0, 0.0, "ann", pixel_digest(pixels))


def never() -> Any:
    raise AssertionError("it was measured again")


def test_a_measure_is_taken_once(kept: FaceMemory) -> None:
    """On the same pixels, whatever the frame is called; another question or picture is another measure."""
    assert kept.recall(frame(), "border", lambda: 0.5) == 0.5
    assert kept.recall(frame(), "border", never) == 0.5
    assert kept.recall(frame(), "pattern", lambda: 0.25) == 0.25
    assert kept.recall(frame(1), "border", lambda: 0.75) == 0.75
    kept.turn()
    assert [kept.recall(frame(n), "border", never) for n in (0, 1)] == [0.5, 0.75]
    assert kept.measured == 3


def test_without_a_file_it_lasts_for_a_trial() -> None:
    """As long as a worker needs it."""
    memory = FaceMemory()
    memory.recall(frame(), "border", lambda: 0.5)
    memory.learn("file", "pixels")
    assert (memory.taken(), memory.pixels_of("file")) == ({frame().pixel_digest: {"border": 0.5}}, "pixels")
    memory.turn()
    assert (memory.taken(), memory.pixels_of("file")) == ({}, None)
    with pytest.raises(AssertionError, match="again"):
        memory.recall(frame(), "border", never)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_measure_that_fails_is_not_kept(kept: FaceMemory, error: type[BaseException]) -> None:
    """Any doubt denies, each time anew."""

    def fails() -> Any:
        raise error

    for _ in range(2):
        with pytest.raises(error):
            kept.recall(frame(), "border", fails)
        assert not kept.knows(frame().pixel_digest, "border")
        kept.turn()
    assert kept.recall(frame(), "border", lambda: 0.5) == 0.5


def test_what_others_measured(kept: FaceMemory) -> None:
    """It is there for the trials to come; what is known already stays as it is."""
    digest = frame().pixel_digest
    kept.recall(frame(), "border", lambda: 0.5)
    kept.absorb(digest, {"border": 0.9, "pattern": 0.25})
    kept.absorb("other", {"border": 0.1})
    kept.turn()
    assert (kept.recall(frame(), "border", never), kept.recall(frame(), "pattern", never)) == (0.5, 0.25)
    assert kept.knows("other", "border") and not kept.knows("other", "pattern")
    kept.note("other", "asked 1")
    kept.turn()
    assert kept.knows("other", "asked 1") and kept.knows("other", "border")


def test_a_damaged_row_is_measured_again(kept: FaceMemory, tmp_path: Path) -> None:
    """And is there again afterwards."""
    kept.recall(frame(), "border", lambda: 0.5)
    kept.turn()
    assert kept._file is not None
    kept._file._write()
    kept._file._db.execute("UPDATE pictures SET sealed = x'00'")
    assert kept.recall(frame(), "border", lambda: 0.75) == 0.75
    kept.turn()
    assert kept.recall(frame(), "border", never) == 0.75


def test_a_gallery_is_opened_once_a_state(kept: FaceMemory) -> None:
    """It changes with the wallet, and stays over trials."""
    first: Any = "first"
    second: Any = "second"
    assert kept.gallery("1", lambda: first) is first
    kept.turn()
    assert kept.gallery("1", never) is first
    assert kept.gallery("2", lambda: second) is second
    assert kept.gallery("1", lambda: first) is first


def test_memory_is_flat_over_many_trials(kept: FaceMemory) -> None:
    """A hundred megabytes go through it, and none of them stays."""
    template = np.zeros(2_000)

    trials = often(6_000, 60_000)
    for number in range(trials):
        if number == trials // 3:
            before = resident()
        kept.absorb(f"{number:064x}", {"template": template + number})
        kept.learn(f"{number:064x}", f"{number:064x}")
        kept.turn()
    assert resident() - before < 20_000, "KiB"
    assert not kept._pictures and not kept._files and not kept._new
    assert kept.knows(f"{7:064x}", "template") and kept.pixels_of(f"{7:064x}") == f"{7:064x}"
