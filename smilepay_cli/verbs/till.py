"""What every verb works with, put together once at the top (commands/call.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from smilepay_cli.ports import (
        CatalogueSource,
        Clock,
        FaceEngine,
        GalleryFile,
        Ids,
        Memory,
        PadModel,
        Pins,
        Store,
        Vault,
        Viewer,
    )
    from smilepay_cli.rules.schemes import Scheme
    from smilepay_cli.vocabulary.policies import Policy


@dataclass(frozen=True, slots=True)
class Till:
    """One terminal of one wallet, under one policy."""

    store: Store
    engine: FaceEngine
    vault: Vault
    packed: GalleryFile
    pins: Pins
    catalogue: CatalogueSource
    clock: Clock
    ids: Ids
    policy: Policy
    viewer: Callable[[], Viewer] | None = None
    """Who is shown a capture while a camera is watched."""
    pad: PadModel | None = None
    """A passive network for presentation attacks that the caller brought. It can only refuse."""
    terminal: str = "local"
    memory: Memory | None = None
    """What was measured on pictures before: for harnesses that see the same ones again."""

    @property
    def scheme(self) -> Scheme:
        """How the engine's templates are compared. Raises ValueError when the policy's numbers belong to another."""
        from smilepay_cli.rules.schemes import SCHEMES

        name = self.engine.maker.scheme
        if name != self.policy.scheme:
            raise ValueError(f"the policy's numbers are for {self.policy.scheme!r}, the engine's templates {name!r}")
        return SCHEMES[name]
