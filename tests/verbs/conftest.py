"""A wallet in a fresh folder, a fake engine, and words to play a scene in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.rules.profiles import PROFILES
from smilepay_cli.verbs.enroll import EnrollResult, enroll
from smilepay_cli.verbs.pay import PayRequest, PayResult, pay
from smilepay_cli.verbs.shop import ShopResult, shop
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.policies import Policy
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.fixed import CountingIds, FixedClock
from tests.fakes.source import PictureSource


class Scene:
    """One wallet with everything a verb needs. Every selfie is a new one unless its noise is given."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = FixedClock()
        self.ids = CountingIds()
        self.store = SqliteStore(home)
        self._selfies = 0

    @contextmanager
    def elsewhere(self) -> Iterator[Scene]:
        """The same wallet in somebody else's hands, in the middle of something: a connection belongs to a thread."""
        other = copy(self)
        other.store = SqliteStore(self.home)
        try:
            yield other
        finally:
            other.store.close()

    def till(
        self, policy: str | Policy = "standard", *, terminal: str = "local", faults: Mapping[str, Any] | None = None
    ) -> Till:
        return Till(
            store=self.store,
            engine=FakeEngine(faults),
            vault=FileVault(self.home),
            packed=PackedGalleryFile(self.home),
            pins=Argon2Pins(),
            catalogue=CatalogueFile(self.home),
            clock=self.clock,
            ids=self.ids,
            policy=PROFILES[policy] if isinstance(policy, str) else policy,
            terminal=terminal,
        )

    def selfie(self, person: str, **facts: Any) -> PictureSource:
        """A new picture; it smiles unless told otherwise."""
        self._selfies += 1
        return PictureSource(picture(person, **{"smile": True, "noise": self._selfies, **facts}))

    def enroll(self, person: str, *, deposit: str | None = "100", **options: Any) -> EnrollResult:
        return enroll(self.till(), person, self.selfie(person, smile=False), deposit=deposit, **options)

    def shop(self, person: str, *picks: str) -> ShopResult:
        return shop(self.till(), picks or ("latte",), self.selfie(person))

    def pay(self, person: str, *, policy: str | Policy = "standard", **request: Any) -> PayResult:
        source = request.pop("source", None) or self.selfie(person)
        return pay(self.till(policy), PayRequest(**request), source)

    def balance(self, person: str) -> int:
        """Minor units available."""
        with self.store.reading() as books:
            found = books.people.by_name(person)
            assert found is not None
            return books.ledger.balance(found.account_id, found.currency, self.clock.now()).available.minor

    def references(self, person: str) -> int:
        with self.store.reading() as books:
            found = books.people.by_name(person)
            return found.references if found else 0

    def events(self) -> list[dict[str, Any]]:
        """Bodies of all events, oldest first."""
        with self.store.reading() as books:
            return [dict(event.body) for event in reversed(books.trail.latest(1000))]

    def transactions(self) -> int:
        with self.store.reading() as books:
            return len(list(books.ledger.transactions()))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "home")
    yield scene
    scene.store.close()


def relaxed(**changes: Any) -> Policy:
    """The standard policy with something changed."""
    return replace(PROFILES["standard"], name="relaxed", **changes)
