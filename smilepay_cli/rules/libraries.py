"""What to say of a library that cannot be loaded: mostly one of the system, which a wheel links and does not bring."""

from __future__ import annotations

from smilepay_cli.vocabulary.errors import UsageProblem

OPENCV_LINKS = ("libGL", "libglib", "libgthread")
"""What the wheel of opencv-python asks the system for; desktops have them, slim containers do not."""
WHAT_OPENCV_NEEDS = "Debian and Ubuntu: apt install libgl1 libglib2.0-0"
_OWN = "smilepay_cli"


def unloadable(error: BaseException) -> UsageProblem | None:
    """What an ImportError says of the installation; None for any other error, and for a bug of ours."""
    if not isinstance(error, ImportError) or (error.name or "").partition(".")[0] == _OWN:
        return None
    links_opencv = any(library in str(error) for library in OPENCV_LINKS)
    return UsageProblem(
        f"a library cannot be loaded: {error}",
        hint=WHAT_OPENCV_NEEDS if links_opencv else "what works here and what does not: smilepay doctor",
        reason="library_missing",
    )
