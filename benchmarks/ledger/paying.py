"""Payments through the real `pay`, all of it but the face: who pays was recognised beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from secrets import token_hex
from unittest.mock import patch

from smilepay_cli.adapters.faces.engines import DEFAULT_ENGINE, open_engine
from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.later import EngineLater
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.adapters.system import RandomIds, SystemClock
from smilepay_cli.ports import FrameSource
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.cash import deposit
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.post import person_facts
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.faces import Frame
from smilepay_cli.vocabulary.ledger import Person

PEOPLE = 100
"""Customers who pay in turn."""
MONEY = "10000000"
REQUEST = PayRequest(amount="3.00", merchant="kiosk")
POLICY = replace(STANDARD, name="standard without limits a day", daily_max=None)


class Nobody:
    """A source that is never looked at."""

    description, is_camera, is_virtual = "nobody", False, False

    def check(self) -> None:
        """Nothing to look at."""

    def frames(self) -> Iterator[Frame]:
        """None."""
        yield from ()


def till_of(home: Path) -> Till:
    """Everything as in the program; the engine is never opened."""
    return Till(
        store=SqliteStore(home),
        engine=EngineLater(lambda: open_engine(DEFAULT_ENGINE, STANDARD.scheme, {})),
        vault=FileVault(home),
        packed=PackedGalleryFile(home),
        pins=Argon2Pins(),
        catalogue=CatalogueFile(home),
        clock=SystemClock(),
        ids=RandomIds(),
        policy=POLICY,
    )


def prepared(home: Path, people: int = PEOPLE) -> None:
    """A wallet whose people have plenty of money."""
    till = till_of(home)
    for number in range(people):
        with till.store.writing() as books:
            till.vault.unlock(books.settings, create=True)
            account_id = f"acc_{number:04d}"
            wrapped = till.vault.new_person_key(account_id)
            salt = till.vault.new_salt()
            person = Person(account_id, f"person {number}", "EUR", till.clock.now(), wrapped, None, 0, salt)
            books.people.add(person)
            attempt = Attempt(till, "enroll")
            attempt.account_id = account_id
            attempt.done.update(person=person_facts(person), pin=None, pin_set=False, references_added=0)
            attempt.record(books)
        if deposit(till, f"person {number}", MONEY).refusal:
            raise RuntimeError("a deposit was refused")
    till.store.close()


class Payments:
    """Payments one after the other, each by the next customer and with a selfie of its own."""

    def __init__(self, till: Till, people: int = PEOPLE, first: int = 0) -> None:
        self.till = till
        self._people = people
        self._numbers = count(first)
        self._source: FrameSource = Nobody()

    @contextmanager
    def recognised(self) -> Iterator[None]:
        """While it lasts, `pay` is told who pays and looks at nobody."""
        with patch("smilepay_cli.verbs.pay.recognise_payer", self._recognise):
            yield

    def one(self) -> None:
        """Raises RuntimeError when it is refused."""
        result = pay(self.till, REQUEST, self._source)
        if result.refusal:
            raise RuntimeError(f"a payment was refused: {result.refusal.message}")

    def _recognise(self, attempt: Attempt, *_: object) -> None:
        number = next(self._numbers)
        attempt.account_id = f"acc_{number % self._people:04d}"
        attempt.presented = (token_hex(32),)
        attempt.facts["frames"] = list(attempt.presented)
