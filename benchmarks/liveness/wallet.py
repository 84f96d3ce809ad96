"""A wallet to be paid from again and again: the real verbs, engine, store and vault, pictures from memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.adapters.system import RandomIds, SystemClock
from smilepay_cli.rules.profiles import profile
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.faces import Frame, Pixels, pixel_digest
from smilepay_cli.vocabulary.policies import Policy

FPS = 12.0


@dataclass(frozen=True, slots=True)
class Pictures:
    """A frame source of pictures in memory: stills, or with `is_camera` a virtual camera."""

    pictures: Sequence[Pixels]
    is_camera: bool = False
    is_virtual: bool = True
    description: str = "pictures"

    def check(self) -> None:
        """They are there."""

    def frames(self) -> Iterator[Frame]:
        """In order."""
        for number, pixels in enumerate(self.pictures):
            seconds = number / FPS if self.is_camera else 0.0
            yield Frame(pixels, number, seconds, f"picture {number}", pixel_digest(pixels))


class Wallet:
    """Whoever is enrolled pays one unit at a time, as often as one likes."""

    def __init__(self, home: Path, engine: FastEngine) -> None:
        self._home, self._engine = home, engine
        self._store = SqliteStore(home)

    def policy(self, name: str, **changes: object) -> Policy:
        """A named policy without what would make one trial depend on another: lockout, limits, and the replay check
        unless it is asked for.
        """
        free = {"replay_check": False, "lockout_attempts": 0, "daily_max": None, "payment_max": None, "pin_above": None}
        scheme = self._engine.maker.scheme
        return replace(profile(name, scheme), **{**free, **changes})  # type: ignore[arg-type]  # fields by name

    def enroll(self, name: str, *pictures: Pixels) -> bool:
        """Whether it was done."""
        till = self._till(self.policy("standard"))
        return enroll(till, name, Pictures(pictures), deposit="100000").refusal is None

    def pay(
        self, policy: Policy, source: Pictures, *, account: str | None = None, challenge: str | None = None
    ) -> PayResult:
        """One payment of one unit."""
        request = PayRequest(amount="1", merchant="kiosk", account=account, challenge=challenge)
        return pay(self._till(policy), request, source)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _till(self, policy: Policy) -> Till:
        return Till(
            store=self._store,
            engine=self._engine,
            vault=FileVault(self._home),
            packed=PackedGalleryFile(self._home),
            pins=Argon2Pins(),
            catalogue=CatalogueFile(self._home),
            clock=SystemClock(),
            ids=RandomIds(),
            policy=policy,
        )


def told(result: PayResult) -> str:
    """`paid`, or the reason of the refusal."""
    return result.refusal.reason if result.refusal else "paid"
