"""A library that is missing is told from a bug of ours, with what to install where we know it."""

from __future__ import annotations

import pytest

from smilepay_cli.rules.libraries import WHAT_OPENCV_NEEDS, unloadable
from smilepay_cli.vocabulary.errors import ExitStatus


@pytest.mark.parametrize("library", ["libGL.so.1", "libxcb.so.1", "libgthread-2.0.so.0"])
def test_what_opencv_links_is_named_with_its_package(library: str) -> None:
    """Nobody knows by heart which package has libgthread."""
    problem = unloadable(ImportError(f"{library}: cannot open shared object file", name="cv2"))
    assert problem is not None and problem.exit is ExitStatus.USAGE
    assert problem.hint == WHAT_OPENCV_NEEDS and library in problem.message


def test_any_other_library_is_left_to_doctor() -> None:
    """What helps against it is not known."""
    problem = unloadable(ModuleNotFoundError("No module named 'scipy'", name="scipy"))
    assert problem is not None and problem.hint == "what works here and what does not: smilepay doctor"


def test_opencv_that_is_not_there_at_all_is_no_matter_of_apt() -> None:
    """Then the package is missing, not what it links."""
    problem = unloadable(ModuleNotFoundError("No module named 'cv2'", name="cv2"))
    assert problem is not None and problem.hint != WHAT_OPENCV_NEEDS


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'smilepay_cli.rules.gone'", name="smilepay_cli.rules.gone"),
        ImportError("cannot import name 'gone'", name="smilepay_cli"),
        ValueError("libGL.so.1"),
    ],
)
def test_a_bug_of_ours_stays_one(error: Exception) -> None:
    """An import of our own that fails is to be reported, and not looked for on the machine."""
    assert unloadable(error) is None
