"""Cash: money from outside into an account, and from an account to the outside."""

from __future__ import annotations

from dataclasses import dataclass

from smilepay_cli.rules.books import deposit_postings, withdrawal_postings
from smilepay_cli.rules.limits import require_funds
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.lookup import kind_of, require_account
from smilepay_cli.verbs.post import post_money, posting_facts
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.ledger import Balance, Transaction, funding_account
from smilepay_cli.vocabulary.money import Money, parse_amount
from smilepay_cli.vocabulary.results import Refusal, Result


@dataclass(frozen=True, kw_only=True)
class MoneyResult(Result):
    """A movement on one account, and its balance afterwards."""

    verb: str
    name: str
    amount: Money | None = None
    transaction: Transaction | None = None
    balance: Balance | None = None


def deposit(till: Till, name: str, amount: str) -> MoneyResult:
    """Money from outside into an account."""
    return _move(till, "deposit", name, amount)


def withdraw(till: Till, name: str, amount: str) -> MoneyResult:
    """Money from an account to the outside; for a merchant or the fees, a payout. Refused without the funds."""
    return _move(till, "withdraw", name, amount)


def _move(till: Till, verb: str, name: str, text: str) -> MoneyResult:
    attempt = Attempt(till, f"wallet.{verb}")

    def body() -> MoneyResult:
        with till.store.writing() as books:
            account_id, known, currency = require_account(books, till.catalogue.load(), name)
            attempt.account_id = account_id
            amount = parse_amount(text, currency)
            attempt.facts.update(amount_minor=amount.minor, currency=currency)
            if (kind := kind_of(account_id)) != "customer":
                books.ledger.open_account(account_id, kind, currency)
            books.ledger.open_account(funding_account(currency), "funding", currency)
            postings, moved = deposit_postings(account_id, amount), "deposit"
            if verb == "withdraw":
                with attempt.check("funds") as figures:
                    available = books.ledger.balance(account_id, currency, till.clock.now()).available
                    figures["available_minor"] = available.minor
                    require_funds(amount, available)
                postings, moved = withdrawal_postings(account_id, amount), "withdrawal"
            transaction = post_money(attempt, books, moved, postings)
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
