"""`smilepay cameras`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Frame

KINDS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
"""What a test frame is written as, by the end of the file's name."""


def register(commands: Commands) -> None:
    """Add the command."""

    @command(
        commands,
        "cameras",
        examples=("smilepay cameras", "smilepay cameras 'clip/%03d.jpg' --face --save frame.png"),
    )
    def cameras(
        call: Call,
        source: Annotated[
            str | None,
            typer.Argument(metavar="[SOURCE]", help="Try this one: a number, device, URL, video file or pattern."),
        ] = None,
        face: Annotated[bool, typer.Option("--face", help="Look for a face on the last frame.")] = False,
        save: Annotated[
            str | None, typer.Option(metavar="FILE", help="Write the last frame to a new file: .jpg or .png.")
        ] = None,
    ) -> Result:
        """Which cameras there are, and what they give: size, rate, backend. With SOURCE, that one only."""
        from smilepay_cli.verbs.cameras import list_cameras, try_source

        clock = call.environment.clock
        if source is None:
            if face or save is not None:
                raise UsageProblem(
                    tr("--face and --save need a camera"), hint=tr("for example: smilepay cameras 0 --face")
                )
            return list_cameras(call.cameras, clock)
        if save is not None:
            call.outbox.require_new(save)  # before a camera is waited for
        return try_source(
            call.cameras,
            clock,
            source,
            engine=call.engine if face else None,
            save=None if save is None else (save, _encoder(save), call.outbox),
        )


def _encoder(path: str) -> _Encoder:
    """Refuses a name that is none of a picture before a camera is opened."""
    suffix = Path(path).suffix.lower()
    if suffix not in KINDS:
        raise UsageProblem(
            tr("--save {path!a}: the name has to end in .jpg or .png", path=path), reason="unknown_format"
        )
    return _Encoder(KINDS[suffix])


class _Encoder:
    """Frames as the bytes of a picture file."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __call__(self, frame: Frame) -> bytes:
        from io import BytesIO

        from PIL import Image

        file = BytesIO()
        Image.fromarray(frame.pixels).save(file, self._kind, quality=95)
        return file.getvalue()
