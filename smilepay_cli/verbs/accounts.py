"""The people of a wallet: who is enrolled, who looks alike, second factors, locks, forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smilepay_cli.rules.books import withdrawal_postings
from smilepay_cli.rules.identification import lookalikes as find_lookalikes
from smilepay_cli.rules.limits import require_pin_form
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.gallery import open_gallery
from smilepay_cli.verbs.lookup import require_person
from smilepay_cli.verbs.post import pin_facts, post_money, posting_facts
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import Balance, Order, Person, funding_account
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Refusal, Result

LOG_IN_USE = marked(
    "another process is reading the wallet, so what was deleted is still in wallet.db-wal; when it is through, "
    "empty the log: smilepay audit prune"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A person with their money, and nothing secret."""

    account_id: str
    name: str
    enrolled_at: datetime
    references: int
    has_pin: bool
    balance: Balance


@dataclass(frozen=True, kw_only=True)
class AccountsResult(Result):
    """Everybody who is enrolled, by name."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True)
class AccountResult(Result):
    """One person, and the order they could pay."""

    account: Account
    open_order: Order | None


@dataclass(frozen=True, kw_only=True)
class LookalikesResult(Result):
    """Pairs whom the policy's margin could not keep apart: (name, name, dissimilarity), nearest first."""

    pairs: tuple[tuple[str, str, float], ...]
    dissimilarity_max: float
    margin: float
    people: int


@dataclass(frozen=True, kw_only=True)
class ChangeResult(Result):
    """A change to one account or terminal. `done_to` is what people call it."""

    verb: str
    done_to: str
    paid_out: Money | None = None
    frames_of_nobody: int = 0
    """Kept frames of attempts in which nobody was recognised, which went too."""


def listed(till: Till) -> AccountsResult:
    """Who is enrolled."""
    with till.store.reading() as books:
        now = till.clock.now()
        return AccountsResult(
            accounts=tuple(
                _account(person, books.ledger.balance(person.account_id, person.currency, now))
                for person in books.people.all()
            )
        )


def show(till: Till, name: str) -> AccountResult:
    """One person."""
    with till.store.reading() as books:
        now = till.clock.now()
        person = require_person(books, name)
        balance = books.ledger.balance(person.account_id, person.currency, now)
        return AccountResult(
            account=_account(person, balance), open_order=books.orders.newest_open(person.account_id, now)
        )


def lookalikes(till: Till) -> LookalikesResult:
    """Who would be ambiguous with whom under the policy."""
    with till.store.reading() as books:
        names = {person.account_id: person.name for person in books.people.all()}
        pairs = find_lookalikes(open_gallery(till, books), till.policy, till.scheme)
    return LookalikesResult(
        pairs=tuple((names[first], names[second], distance) for first, second, distance in pairs),
        dissimilarity_max=till.policy.dissimilarity_max,
        margin=till.policy.margin,
        people=len(names),
    )


def set_pin(till: Till, name: str, pin: str | None) -> ChangeResult:
    """Set the PIN of an account, or take it away (None)."""
    if pin is not None:
        require_pin_form(pin)
    attempt = Attempt(till, "accounts.pin")
    hashed = till.pins.hash(pin) if pin is not None else None
    with till.store.writing() as books:
        person = require_person(books, name)
        attempt.account_id = person.account_id
        attempt.facts.update(pin_set=hashed is not None, pin=pin_facts(hashed))
        books.people.set_pin(person.account_id, hashed)
        attempt.record(books)
    return ChangeResult(verb="pin" if pin else "pin_removed", done_to=person.name, events=(attempt.event_id,))


def unlock(till: Till, name: str | None) -> ChangeResult:
    """Lift the lock of the terminal, and of the account where one is named; whatever is under way there is let go."""
    attempt = Attempt(till, "accounts.unlock")
    with till.store.writing() as books:
        person = require_person(books, name) if name else None
        if person:
            attempt.account_id = attempt.claimed_id = person.account_id
        books.slots.drop(terminal=till.terminal, account_id=attempt.claimed_id)
        attempt.record(books, throttle="clear")
    what = f"terminal {till.terminal}" + (f" and account {person.name}" if person else "")
    return ChangeResult(verb="unlock", done_to=what, events=(attempt.event_id,))


def forget(till: Till, name: str) -> ChangeResult:
    """Pay out what is left, then destroy name, key, PIN, references and kept frames. The books and the trail stay.

    Kept frames in which nobody was recognised go too, whoever they show: nobody can tell that it is not this person.

    Refused (ACCOUNT_IN_USE) while money is set aside for a payment.
    """
    attempt = Attempt(till, "accounts.forget")

    def body() -> ChangeResult:
        with till.store.writing() as books:
            person = require_person(books, name)
            attempt.account_id = person.account_id
            now = till.clock.now()
            balance = books.ledger.balance(person.account_id, person.currency, now)
            if balance.held.minor:
                raise Refused(
                    Reason.ACCOUNT_IN_USE,
                    tr("{held} of {person} are set aside for a payment", held=balance.held, person=person.name),
                    hint=tr("capture or void it first: smilepay wallet statement {name}", name=person.name),
                )
            if balance.posted.minor:
                books.ledger.open_account(funding_account(person.currency), "funding", person.currency)
                postings = withdrawal_postings(person.account_id, balance.posted)
                transaction = post_money(attempt, books, "withdrawal", postings)
                posted = balance.posted
                attempt.done.update(
                    amount_minor=posted.minor, currency=posted.currency, ledger=posting_facts(transaction)
                )
            books.people.forget(person.account_id)
            books.slots.drop(account_id=person.account_id)
            of_nobody = books.kept.drop_of_nobody()  # one may show this person
            attempt.facts["frames_of_nobody_removed"] = of_nobody
            till.vault.drop_secret(books.settings, "frames")
            till.vault.renew_gallery_key(books.settings)  # the packed gallery holds the templates still
            attempt.record(books)
        till.packed.drop()
        warnings = [] if till.store.scrub() else [LOG_IN_USE]
        if left := till.store.mentions(person.name):
            warnings.append(
                tr("other files of this home may hold the person still: delete {files}", files=", ".join(left))
            )
        return ChangeResult(
            verb="forget",
            done_to=person.name,
            paid_out=balance.posted,
            frames_of_nobody=of_nobody,
            events=(attempt.event_id,),
            warnings=tuple(warnings),
        )

    def refused(refusal: Refusal) -> ChangeResult:
        return ChangeResult(verb="forget", done_to=name, refusal=refusal, events=(attempt.event_id,))

    return answered(attempt, body, refused)


def _account(person: Person, balance: Balance) -> Account:
    return Account(
        person.account_id,
        person.name,
        person.enrolled_at,
        person.references,
        person.pin_hash is not None,
        balance,
    )
