"""The part of `audit verify` that looks at people: what may change in a wallet, and does so with an event only.

Names, PINs and the policy floor are no facts: they lie in rows that change. So they are held against the last event
that tells of each. A name is in an event as a digest with a salt that lies beside the name (verbs/post.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from smilepay_cli.ports import Books
from smilepay_cli.verbs.attempt import FLOOR_SETTING
from smilepay_cli.verbs.post import person_facts, pin_facts
from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Person, name_key

_UNTOLD = "untold"
"""In the place of what events of before 0.4.0 do not tell."""


@dataclass(slots=True)
class _Told:
    """What the events tell of somebody who is enrolled."""

    seq: int
    """Of the first event."""
    person: Mapping[str, Any] | None = None
    pin_set: bool | None = None
    pin: str | None = _UNTOLD
    references: int = 0


class Enrolled:
    """Who was enrolled and not forgotten, and the policy floor: what may change, and does so with an event only."""

    def __init__(self) -> None:
        self._there: dict[str, _Told] = {}
        self._currencies: dict[str, str | None] = {}
        """Of every account that was ever somebody's, as far as told."""
        self._floor: str | None = None
        self.unbound = 0
        """People whose name no event tells."""

    def take(self, event: Event) -> None:
        """One event that was done. Raises ChainBroken."""
        body, command = event.body, event.body["command"]
        if command == "enroll":
            self._enrolled(event)
        elif command == "accounts.pin":
            told = self._known(event, body["account"])
            told.pin_set, told.pin = body["pin_set"], body.get("pin", _UNTOLD)
        elif command == "accounts.bind":
            for account_id, facts in body["people"].items():
                told = self._known(event, account_id)
                told.person, told.pin, told.pin_set = facts["person"], facts["pin"], facts["pin"] is not None
        elif command == "accounts.forget":
            self._known(event, body["account"])
            del self._there[body["account"]]
        elif command == "policy.floor":
            self._floor = body["floor"]

    def _enrolled(self, event: Event) -> None:
        body, account_id = event.body, event.body["account"]
        is_new = account_id not in self._currencies
        if is_new:
            self._there[account_id] = _Told(event.seq)
            self._currencies[account_id] = None
        told = self._known(event, account_id)
        if body.get("person") is not None:
            told.person = body["person"]
            self._currencies[account_id] = body["person"]["currency"]
        if is_new or body["pin_set"]:
            told.pin_set, told.pin = body["pin_set"], body.get("pin", _UNTOLD)
        told.references += body["references_added"]

    def _known(self, event: Event, account_id: str) -> _Told:
        if account_id not in self._there:
            raise ChainBroken(
                tr("event {seq} is about account {account_id}, which is nobody's", seq=event.seq, account_id=account_id)
            )
        return self._there[account_id]

    def compare(self, books: Books) -> None:
        """After the last event: the same people are there, and what events tell of them is so. Raises ChainBroken."""
        with closing(books.facts.people()) as people:
            try:
                for person, key in people:
                    self._compare(person, key)
            except (ValueError, TypeError):
                raise ChainBroken(tr("a person's row cannot be read: it was changed")) from None
        for account_id, told in self._there.items():
            raise ChainBroken(
                tr(
                    "who was enrolled by event {seq} is gone, and no event forgot account {account_id}",
                    seq=told.seq,
                    account_id=account_id,
                )
            )
        customers = {account: currency for account, kind, currency in books.facts.accounts() if kind == "customer"}
        for account_id in sorted(customers.keys() | self._currencies.keys()):
            if (account_id in customers) != (account_id in self._currencies):
                raise ChainBroken(
                    tr(
                        "account {account_id} is not what the events say: it was added, or taken away",
                        account_id=account_id,
                    )
                )
            if self._currencies[account_id] not in (None, customers[account_id]):
                raise ChainBroken(
                    tr("account {account_id} is not in the currency in which it was opened", account_id=account_id)
                )
        if books.settings.get(FLOOR_SETTING) != self._floor:
            raise ChainBroken(tr("the policy floor is not what the events say: {floor}", floor=self._floor or "none"))

    def _compare(self, person: Person, key: str) -> None:
        told = self._there.pop(person.account_id, None)
        if told is None:
            raise ChainBroken(tr("no event enrolled who has account {account_id}", account_id=person.account_id))
        if told.person is None and person.salt is None:
            self.unbound += 1
        elif told.person is None or person.salt is None or told.person != person_facts(person):
            raise ChainBroken(
                tr("the person of account {account_id} is not who the events say it is", account_id=person.account_id)
            )
        if key != name_key(person.name):
            raise ChainBroken(
                tr("the name of account {account_id} is found by another name", account_id=person.account_id)
            )
        if told.pin_set not in (None, person.pin_hash is not None):
            raise ChainBroken(_otherwise_told(person))
        if told.pin not in (_UNTOLD, pin_facts(person.pin_hash)):
            raise ChainBroken(
                tr(
                    "the PIN of account {account_id} was changed, and no event tells of it",
                    account_id=person.account_id,
                )
            )
        if told.references != person.references:
            raise ChainBroken(
                tr(
                    "account {account_id} has {references} references, not {told_references}",
                    account_id=person.account_id,
                    references=person.references,
                    told_references=told.references,
                )
            )


def _otherwise_told(person: Person) -> str:
    if person.pin_hash is None:
        return tr("account {account_id} has no PIN, and the events say otherwise", account_id=person.account_id)
    return tr("account {account_id} has a PIN, and the events say otherwise", account_id=person.account_id)
