"""What was asked of a replay."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of the command."""

    images: str
    data: str | None
    """Where the files of a manifest are, where they are not beside it."""
    out: Path
    gallery: str | None
    gates: tuple[str, ...]
    baseline: str | None
    amount: str
    merchant: str | None
    seed: int
    jobs: int
    dask: str | None
    carry_state: bool
    as_stills: bool
    fps: float
    challenge: str | None
    pad_model: str | None
    cache: Path | None
    """None: keep nothing."""
    restart: bool
