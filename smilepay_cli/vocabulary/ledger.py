"""What is sold, what is owed and what moved. Facts only: balances and states are derived (rules/books.py)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smilepay_cli.vocabulary.money import Money


@dataclass(frozen=True, slots=True)
class Seller:
    """Somebody who sells. The ledger account is `merchant_account(id)`."""

    id: str
    title: str
    fee_bp: int
    """What a payment costs the seller, in basis points: hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the catalogue."""

    id: str
    title: str
    seller: str
    price: Money
    note: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything on offer, in one currency."""

    currency: str
    sellers: Mapping[str, Seller]
    items: Mapping[str, Item]
    fee_bp: int
    """The fee of a seller who has none of their own."""

    def fee_of(self, seller: str) -> int:
        """Basis points; of a seller who was taken out of the catalogue, everybody's."""
        known = self.sellers.get(seller)
        return known.fee_bp if known else self.fee_bp

    def title_of(self, seller: str) -> str:
        """The name on a shop; of a seller who was taken out of the catalogue, the id."""
        known = self.sellers.get(seller)
        return known.title if known else seller


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order, at the price it was made at."""

    item: str
    title: str
    seller: str
    quantity: int
    unit: Money

    @property
    def total(self) -> Money:
        """Quantity times unit price."""
        return self.unit * self.quantity


@dataclass(frozen=True, slots=True)
class Order:
    """What a shopper picked. `state` is derived: open, held, paid."""

    id: str
    account_id: str
    opened_at: datetime
    lines: tuple[OrderLine, ...]
    total: Money
    state: str


@dataclass(frozen=True, slots=True)
class Share:
    """One seller's part of a payment, and the fee on it, as it was when the payment was authorized."""

    seller: str
    amount: Money
    fee_bp: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg of a transaction. Positive is what the account gains."""

    account_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Transaction:
    """Postings that sum to zero. `kind`: deposit, withdrawal, capture, refund."""

    id: str
    kind: str
    at: datetime
    postings: tuple[Posting, ...]
    hold_id: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The one way a hold ended: captured (with the amount) or voided."""

    kind: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """An authorization: money set aside for sellers. Its id is the payment's id."""

    id: str
    account_id: str
    order_id: str | None
    amount: Money
    shares: tuple[Share, ...]
    authorized_at: datetime
    expires_at: datetime
    resolution: Resolution | None = None
    refunded: Money | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """The payment's answer (the face's answer is decisions.Decision)."""

    hold: Hold
    state: str
    transaction: Transaction | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one account: posted, set aside by open holds, and the rest."""

    account_id: str
    posted: Money
    held: Money

    @property
    def available(self) -> Money:
        """What can still be spent."""
        return self.posted - self.held


@dataclass(frozen=True, slots=True)
class KeyUse:
    """An idempotency key and the one success it stands for."""

    key: str
    """SHA-256 (hex) of what was given as the key: it may say something of somebody."""
    parameters: str
    hold_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: the deletable row that holds a name. Everything else knows only `account_id`."""

    account_id: str
    name: str
    currency: str
    enrolled_at: datetime
    wrapped_key: bytes
    pin_hash: str | None
    references: int
    salt: bytes | None = None
    """With which events tell the name; None where none does yet."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a wallet's master key is kept, or, before it is made, where it would be."""

    store: str
    """`file` or `keyring`."""
    place: str
    """What people call it: a path, an entry."""
    made: bool
    leftovers: tuple[str, ...] = ()
    """Places where a key may lie that nothing needs any more."""


@dataclass(frozen=True, slots=True)
class SealedReference:
    """A reference as it lies on disk: encrypted, with the digest of what made it."""

    account_id: str
    reference_id: str
    maker_digest: str
    sealed: bytes


def name_key(name: str) -> str:
    """Names are compared by this: without regard to case or to how letters are composed."""
    # Folding takes letters apart (a sharp s becomes two), so what is left is composed once more.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def key_digest(key: str) -> str:
    """What an idempotency key is known by; nobody keeps the key itself."""
    from hashlib import sha256  # takes 2 ms to import

    return sha256(key.encode(errors="surrogateescape")).hexdigest()


def merchant_account(seller: str) -> str:
    """Ledger account of a seller."""
    return f"merchant:{seller}"


def funding_account(currency: str) -> str:
    """Ledger account of the world outside, where deposits come from and withdrawals go to."""
    return f"funding:{currency}"


def fees_account(currency: str) -> str:
    """Ledger account of the fees that sellers pay."""
    return f"fees:{currency}"


FEES = "fees"
"""What people call it."""
LONGEST_NAME = 64
"""Characters of an account's name."""


def order_total(lines: Sequence[OrderLine]) -> Money:
    """Sum over the lines of one order; at least one line."""
    total = lines[0].total
    for line in lines[1:]:
        total += line.total
    return total
