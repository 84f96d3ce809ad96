"""Money without a face: balances, deposits, withdrawals, and what becomes of a payment afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from smilepay_cli.ports import Books
from smilepay_cli.rules.books import (
    deposit_postings,
    withdrawal_postings,
)
from smilepay_cli.rules.limits import require_funds
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.lookup import require_account, require_person
from smilepay_cli.verbs.post import post_money, posting_facts
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.ledger import (
    Balance,
    Hold,
    Transaction,
    funding_account,
    merchant_account,
)
from smilepay_cli.vocabulary.money import Money, parse_amount
from smilepay_cli.vocabulary.policies import Policy
from smilepay_cli.vocabulary.results import Refusal, Result


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


@dataclass(frozen=True, kw_only=True)
class MoneyResult(Result):
    """A movement on one account, and its balance afterwards."""

    verb: str
    name: str
    amount: Money | None = None
    transaction: Transaction | None = None
    balance: Balance | None = None


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


def deposit(till: Till, name: str, amount: str) -> MoneyResult:
    """Money from outside into an account."""
    return _move(till, "deposit", name, amount)


def withdraw(till: Till, name: str, amount: str) -> MoneyResult:
    """Money from an account to the outside; for a merchant, a payout. Refused without the funds."""
    return _move(till, "withdraw", name, amount)


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


def _move(till: Till, verb: str, name: str, text: str) -> MoneyResult:
    attempt = Attempt(till, f"wallet.{verb}")

    def body() -> MoneyResult:
        with till.store.writing() as books:
            account_id, known, currency = require_account(books, till.catalogue.load(), name)
            attempt.account_id = account_id
            amount = parse_amount(text, currency)
            attempt.facts.update(amount_minor=amount.minor, currency=currency)
            if account_id == merchant_account(known):
                books.ledger.open_account(account_id, "merchant", currency)
            books.ledger.open_account(funding_account(currency), "funding", currency)
            postings, kind = deposit_postings(account_id, amount), "deposit"
            if verb == "withdraw":
                with attempt.check("funds") as figures:
                    available = books.ledger.balance(account_id, currency, till.clock.now()).available
                    figures["available_minor"] = available.minor
                    require_funds(amount, available)
                postings, kind = withdrawal_postings(account_id, amount), "withdrawal"
            transaction = post_money(attempt, books, kind, postings)
            attempt.facts["ledger"] = posting_facts(transaction)
            attempt.record(books)
            return MoneyResult(
                verb=verb,
                name=known,
                amount=amount,
                transaction=transaction,
                balance=books.ledger.balance(account_id, currency, till.clock.now()),
                events=(attempt.event_id,),
            )

    def refused(refusal: Refusal) -> MoneyResult:
        return MoneyResult(verb=verb, name=name, refusal=refusal, events=(attempt.event_id,))

    return answered(attempt, body, refused)


def _merchant_name(account_id: str) -> str:
    return account_id.removeprefix(merchant_account(""))


def _known_as(books: Books, account_id: str) -> str:
    person = books.people.by_id(account_id)
    if person is not None:
        return person.name
    if account_id.startswith(funding_account("")):
        return "outside"
    return _merchant_name(account_id)
