"""Finding accounts and amounts by what people type."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import Reason, UsageProblem
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import FEES, LONGEST_NAME, fees_account, merchant_account, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smilepay_cli.ports import Books
    from smilepay_cli.vocabulary.ledger import Catalogue, Hold, Person, Share

SUGGESTED_FROM = 1000
"""Ids that a mistyped one is compared with: the newest."""
NEAR_ID = 0.8
"""How alike an id has to be. Half of each is the same kind of letters, so less would suggest any."""
OTHER_REASONS = ("unusable_image", "interrupted", "internal_error", "store_unusable", "wrong_key", "sealed_damaged")
"""Reasons of events that no rule refused."""


def clean_name(name: str) -> str:
    """A name for an account. Raises UsageProblem for one that could not be typed or read back."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.startswith("-"):
        raise UsageProblem(
            tr("{name!r} is no name for an account", name=name),
            hint=tr("1 to {longest_name} printable characters, not starting with a dash", longest_name=LONGEST_NAME),
            reason="bad_name",
        )
    return name


def require_person(books: Books, name: str) -> Person:
    """The customer of that name. Raises UsageProblem with the nearest name."""
    person = books.people.by_name(name)
    if person is None:
        raise _unknown(name, [known.name for known in books.people.all()], "account", "smilepay accounts list")
    return person


def require_claimed(books: Books, name: str) -> Person:
    """Who somebody at a till says they are. Raises UsageProblem.

    Without the nearest name: nobody has recognised them yet, and they would be told who else is a customer here.
    """
    person = books.people.by_name(name)
    if person is None:
        raise _unknown(name, [], "account", tr("the name has to be as it was given at enrolment"))
    return person


def require_account(books: Books, catalogue: Catalogue, name: str) -> tuple[str, str, str]:
    """(account id, name, currency) of a customer, a seller or the fees. Raises UsageProblem.

    A seller who has an account is found by name also when the catalogue knows them no more. A name that a customer and
    a seller have is nobody's: a catalogue that was changed by hand must not lead to the wrong one's money.
    """
    person = books.people.by_name(name)
    if person is not None and is_sellers_name(books, catalogue, name):
        raise UsageProblem(
            tr("{name!r} is the name of a customer and of a seller", name=name),
            hint=tr(
                "rename the seller in the catalogue (smilepay shop --edit), or where it was paid "
                "already, forget the customer and enrol them under another name: smilepay accounts "
                "forget {name}",
                name=name,
            ),
            reason="ambiguous_name",
        )
    if person is not None:
        return person.account_id, person.name, person.currency
    if name == FEES:
        theirs, own = dict(books.ledger.accounts("fees")), fees_account(catalogue.currency)
        account_id = own if own in theirs or not theirs else next(iter(theirs))
        return account_id, FEES, theirs.get(account_id, catalogue.currency)
    account_id = merchant_account(name)
    opened = books.ledger.account_kind(account_id)
    if opened or name in catalogue.sellers:
        return account_id, name, opened[1] if opened else catalogue.currency
    known = [known.name for known in books.people.all()] + list(catalogue.sellers)
    raise _unknown(name, known, "account", "smilepay accounts list")


def is_sellers_name(books: Books, catalogue: Catalogue, name: str) -> bool:
    """Whether a seller of the catalogue, or of an earlier one, or the account of the fees is called so."""
    opened = (account_id.removeprefix(merchant_account("")) for account_id, _ in books.ledger.accounts("merchant"))
    return name_key(name) in map(name_key, (FEES, *catalogue.sellers, *opened))


def is_seller(books: Books, catalogue: Catalogue, name: str) -> bool:
    """Whether it is to the letter a seller who can be paid: of the catalogue, or one who was paid before."""
    return name in catalogue.sellers or books.ledger.account_kind(merchant_account(name)) is not None


def merchants_of(catalogue: Catalogue, shares: Iterable[Share]) -> dict[str, str]:
    """By id, the name on the shop of everybody who gets a share."""
    return {share.seller: catalogue.title_of(share.seller) for share in shares}


def require_seller(books: Books, catalogue: Catalogue, name: str) -> str:
    """A seller who can be paid. Raises UsageProblem."""
    if is_seller(books, catalogue, name):
        return name
    raise _unknown(
        name, list(catalogue.sellers), "merchant", tr("merchants: {names}", names=", ".join(catalogue.sellers))
    )


def require_hold(books: Books, payment_id: str) -> Hold:
    """The payment of that id. Raises UsageProblem."""
    hold = books.ledger.hold(payment_id)
    if hold is None:
        known = books.ledger.newest_holds(SUGGESTED_FROM)
        raise UsageProblem(
            tr("no payment {payment_id!r}", payment_id=payment_id),
            hint=nearest_id(payment_id, known) or tr("payments are in: smilepay wallet statement NAME"),
            reason="no_such_payment",
        )
    return hold


def no_such_event(books: Books, event_id: str) -> UsageProblem:
    """The error for an event that is not there."""
    hint = nearest_id(event_id, books.trail.newest_ids(SUGGESTED_FROM)) or tr("what there is: smilepay audit")
    return UsageProblem(tr("no event {event_id!r}", event_id=event_id), hint=hint, reason="no_such_event")


def nearest_id(typed: str, known: Iterable[str]) -> str | None:
    """A suggestion for an id with a slip in it."""
    close = get_close_matches(typed, known, n=1, cutoff=NEAR_ID)
    return tr("did you mean {near!r}?", near=close[0]) if close else None


def kind_of(account_id: str) -> str:
    """What kind of account an id names: customer, merchant, funding or fees."""
    prefix, colon, _ = account_id.partition(":")
    return prefix if colon else "customer"


def known_as(books: Books, account_id: str) -> str:
    """The name by which people know an account; of somebody forgotten, its id."""
    kind = kind_of(account_id)
    if kind == "customer":
        person = books.people.by_id(account_id)
        return person.name if person else account_id
    return {"funding": "outside", "fees": FEES}.get(kind, account_id.partition(":")[2])


def require_reason(text: str) -> None:
    """Raises UsageProblem for what is the reason of no event."""
    known = [*(reason.value for reason in Reason), *OTHER_REASONS]
    if text not in known:
        close = get_close_matches(text, known, n=1)
        hint = tr("did you mean {close!r}?", close=close[0]) if close else tr("all of them: docs/exit-statuses.md")
        raise UsageProblem(tr("no event has the reason {text!r}", text=text), hint=hint, reason="no_such_reason")


_NO = {"account": marked("no account named {name!r}"), "merchant": marked("no merchant named {name!r}")}


def _unknown(name: str, known: list[str], what: str, otherwise: str) -> UsageProblem:
    close = get_close_matches(name, known, n=1)
    hint = tr("did you mean {close!r}?", close=close[0]) if close else otherwise
    return UsageProblem(tr(_NO[what], name=name), hint=hint, reason=f"no_such_{what}")
