"""A PAD model that finds everybody alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Box, Pixels


class Living:
    """A ports.PadModel."""

    description = "living"
    digest = "0" * 64
    threshold = 0.5

    @property
    def figures(self) -> dict[str, Any]:
        return {"model": self.digest, "threshold": self.threshold}

    def live_score(self, pixels: Pixels, box: Box) -> float:
        return 0.9
