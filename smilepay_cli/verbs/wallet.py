"""Looking at money: balances, statements, limits. Nothing moves here and no event is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from smilepay_cli.verbs.lookup import require_account, require_person
from smilepay_cli.vocabulary.ledger import funding_account, merchant_account
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.ports import Books
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.ledger import Balance, Hold, Transaction
    from smilepay_cli.vocabulary.policies import Policy


@dataclass(frozen=True, slots=True)
class NamedBalance:
    """An account as people know it. `kind`: customer or merchant."""

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
    """One transaction as one account sees it."""

    transaction: Transaction
    amount: Money
    balance: Money
    others: tuple[str, ...]
    """Who was on the other side, by the names that people know."""


@dataclass(frozen=True, kw_only=True)
class StatementResult(Result):
    """Everything that moved on one account, oldest first, and what is set aside."""

    name: str
    account_id: str
    lines: tuple[StatementLine, ...]
    holds: tuple[Hold, ...]
    balance: Balance


@dataclass(frozen=True, kw_only=True)
class LimitsResult(Result):
    """What the policy lets an account spend, and what is spent of it."""

    name: str
    policy: Policy
    spent: Money
    balance: Balance


def balance(till: Till, name: str | None = None) -> BalanceResult:
    """The balance of one account, or of all customers and of the merchants that were paid."""
    now = till.clock.now()
    with till.store.reading() as books:
        if name is not None:
            account_id, known, currency = require_account(books, till.catalogue.load(), name)
            kind = "merchant" if account_id == merchant_account(known) else "customer"
            found = (NamedBalance(known, kind, books.ledger.balance(account_id, currency, now)),)
            return BalanceResult(balances=found, asked_for=known)
        people = [
            NamedBalance(p.name, "customer", books.ledger.balance(p.account_id, p.currency, now))
            for p in books.people.all()
        ]
        merchants = [
            NamedBalance(_merchant_name(account_id), "merchant", books.ledger.balance(account_id, currency, now))
            for account_id, currency in books.ledger.accounts("merchant")
        ]
    return BalanceResult(balances=(*people, *merchants))


def statement(till: Till, name: str) -> StatementResult:
    """Everything that moved on an account."""
    now = till.clock.now()
    with till.store.reading() as books:
        account_id, known, currency = require_account(books, till.catalogue.load(), name)
        lines, running = [], Money(0, currency)
        for transaction in books.ledger.statement(account_id):
            own = sum(leg.amount.minor for leg in transaction.postings if leg.account_id == account_id)
            others = {leg.account_id: None for leg in transaction.postings if leg.account_id != account_id}
            running += Money(own, currency)
            named = tuple(_known_as(books, other) for other in others)
            lines.append(StatementLine(transaction, Money(own, currency), running, named))
        return StatementResult(
            name=known,
            account_id=account_id,
            lines=tuple(lines),
            holds=tuple(books.ledger.open_holds(account_id, now)),
            balance=books.ledger.balance(account_id, currency, now),
        )


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


def _merchant_name(account_id: str) -> str:
    return account_id.removeprefix(merchant_account(""))


def _known_as(books: Books, account_id: str) -> str:
    person = books.people.by_id(account_id)
    if person is not None:
        return person.name
    if account_id.startswith(funding_account("")):
        return "outside"
    return _merchant_name(account_id)
