"""Bona fide pictures that something else is made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Original:
    """A picture of somebody, or the frames of one capture. Nothing of it was looked at yet but its name."""

    person: str
    """The name of the folder that it is in, or what the caller says; any text at all."""
    name: str
    """Of its file; of a capture, of its folder."""
    files: tuple[str, ...]
    """Paths, in order."""
    is_capture: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not used, and why."""

    what: str
    """For people: a file's name, a species."""
    reason: str
    """`no_face`, `unusable_image`, ..."""
    message: str
