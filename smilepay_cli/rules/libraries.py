"""What to say of a library that cannot be loaded: mostly one of the system, which a wheel links and does not bring."""

from __future__ import annotations

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr

WHAT_OPENCV_NEEDS = "Debian and Ubuntu: apt install libgl1 libglib2.0-0"
"""The wheel of opencv-python links libGL, libxcb, libgthread and others; slim containers lack them, desktops do not."""
_OWN = "smilepay_cli"


def unloadable(error: BaseException) -> UsageProblem | None:
    """What an ImportError says of the installation; None for any other error, and for a bug of ours."""
    if not isinstance(error, ImportError) or (error.name or "").partition(".")[0] == _OWN:
        return None
    lacks_links = error.name == "cv2" and not isinstance(error, ModuleNotFoundError)
    return UsageProblem(
        tr("a library cannot be loaded: {error}", error=error),
        hint=WHAT_OPENCV_NEEDS if lacks_links else tr("what works here and what does not: smilepay doctor"),
        reason="library_missing",
    )
