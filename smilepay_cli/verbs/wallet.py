"""Looking at money: balances, statements, limits. Nothing moves here and no event is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from smilepay_cli.verbs.lookup import kind_of, known_as, require_account, require_person
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.ledger import Balance, Hold, Transaction
    from smilepay_cli.vocabulary.policies import Policy


@dataclass(frozen=True, slots=True)
class NamedBalance:
    """An account as people know it. `kind`: customer, merchant or fees."""

    name: str
    kind: str
    balance: Balance


@dataclass(frozen=True, kw_only=True)
class BalanceResult(Result):
    """Balances, customers first."""

    balances: tuple[NamedBalance, ...]
    asked_for: str | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transaction as one account sees it. For a seller `amount` is net: `gross` less the `fee`."""

    transaction: Transaction
    amount: Money
    balance: Money
    others: tuple[str, ...]
    """Who was on the other side, by the names that people know."""
    gross: Money | None = None
    """A seller's part of a payment or of what is given back of it; below zero when it is given back."""
    fee: Money | None = None
    """Of the gross; with the same sign."""


@dataclass(frozen=True, kw_only=True)
class StatementResult(Result):
    """Everything that moved on one account, oldest first, and what is set aside, or was until it expired."""

    name: str
    account_id: str
    lines: tuple[StatementLine, ...]
    holds: tuple[Hold, ...]
    expired: tuple[Hold, ...]
    balance: Balance


@dataclass(frozen=True, kw_only=True)
class LimitsResult(Result):
    """What the policy lets an account spend, and what is spent of it."""

    name: str
    policy: Policy
    spent: Money
    balance: Balance


def balance(till: Till, name: str | None = None) -> BalanceResult:
    """The balance of one account, or of all customers, of the merchants that were paid, and of the fees."""
    now = till.clock.now()
    with till.store.reading() as books:
        if name is not None:
            account_id, known, currency = require_account(books, till.catalogue.load(), name)
            found = (NamedBalance(known, kind_of(account_id), books.ledger.balance(account_id, currency, now)),)
            return BalanceResult(balances=found, asked_for=known)
        people = [
            NamedBalance(p.name, "customer", books.ledger.balance(p.account_id, p.currency, now))
            for p in books.people.all()
        ]
        others = [
            NamedBalance(known_as(books, account_id), kind, books.ledger.balance(account_id, currency, now))
            for kind in ("merchant", "fees")
            for account_id, currency in books.ledger.accounts(kind)
        ]
    return BalanceResult(balances=(*people, *others))


def statement(till: Till, name: str) -> StatementResult:
    """Everything that moved on an account."""
    from smilepay_cli.verbs.fees import Fees

    now = till.clock.now()
    with till.store.reading() as books:
        account_id, known, currency = require_account(books, till.catalogue.load(), name)
        lines, running, fees = [], Money(0, currency), Fees(books, account_id)
        for transaction in books.ledger.statement(account_id):
            own = sum(leg.amount.minor for leg in transaction.postings if leg.account_id == account_id)
            running += Money(own, currency)
            named = tuple(known_as(books, other) for other in _others(transaction, account_id, own))
            lines.append(StatementLine(transaction, Money(own, currency), running, named, *fees.part_of(transaction)))
        return StatementResult(
            name=known,
            account_id=account_id,
            lines=tuple(lines),
            holds=tuple(books.ledger.open_holds(account_id, now)),
            expired=tuple(books.ledger.expired_holds(account_id, now)),
            balance=books.ledger.balance(account_id, currency, now),
        )


def _others(transaction: Transaction, account_id: str, own: int) -> list[str]:
    """Who gained what an account lost, or lost what it gained; fees are between sellers and nobody else."""
    if kind_of(account_id) == "fees" and transaction.hold_id:
        return [leg.account_id for leg in transaction.postings if kind_of(leg.account_id) == "merchant"]
    opposite = (leg.account_id for leg in transaction.postings if (leg.amount.minor > 0) != (own > 0))
    return [other for other in opposite if kind_of(other) != "fees"]


def limits(till: Till, name: str) -> LimitsResult:
    """What the policy allows, and how much of the day's limit is used."""
    now = till.clock.now()
    with till.store.reading() as books:
        person = require_person(books, name)
        spent = books.ledger.spent_since(person.account_id, person.currency, now - timedelta(hours=24), now)
        return LimitsResult(
            name=person.name,
            policy=till.policy,
            spent=Money(spent, person.currency),
            balance=books.ledger.balance(person.account_id, person.currency, now),
        )
