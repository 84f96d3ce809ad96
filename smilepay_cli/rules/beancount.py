"""The ledger as a beancount file, which bean-check accepts and adds up on its own.

Signs: our postings say what an account gains. The wallet owes customers and merchants what they have, so their accounts
are liabilities, fees are income, and what came in from outside is an asset: in beancount all of them have the opposite
sign. Ids stay opaque; no name is in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from smilepay_cli.rules.exports import plain_amount
from smilepay_cli.vocabulary.instants import from_iso, iso
from smilepay_cli.vocabulary.ledger import Hold, Transaction

ROOTS = {
    "customer": "Liabilities:Customers",
    "merchant": "Liabilities:Merchants",
    "funding": "Assets:Funding",
    "fees": "Income:Fees",
}
"""By kind of account; one that is not here is equity."""


def names_of(accounts: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    """(beancount name, currency) of each of our accounts. Names that would come out alike are numbered."""
    names: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for account_id, kind, currency in accounts:
        root = ROOTS.get(kind) or f"Equity:{_component(kind)}"
        base = name = f"{root}:{_component(account_id.partition(':')[2] or account_id)}"
        number = 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        names[account_id] = (name, currency)
    return names


def head(wallet: str, seq: int, head_hash: str, currencies: Iterable[str]) -> str:
    """What it is, for people and for beancount."""
    lines = [
        f"; The books of smilepay wallet {wallet} after event {seq}, hash {head_hash}.",
        "; What the wallet owes is a liability, so every balance has the opposite sign of smilepay's own.",
        f"option {_text('title')} {_text(f'smilepay {wallet}')}",
    ]
    lines += [f"option {_text('operating_currency')} {_text(currency)}" for currency in currencies]
    return "\n".join(lines) + "\n\n"


def opening(day: str, account_id: str, name: str, currency: str) -> str:
    """One account; its metadata says what we call it."""
    return f"{day} open {name} {currency}\n  id: {_text(account_id)}\n"


def transaction(entry: Transaction, event_id: str, names: Mapping[str, tuple[str, str]]) -> str:
    """One transaction with its postings."""
    at = iso(entry.at)
    link = f" ^{_link(entry.hold_id)}" if entry.hold_id else ""
    lines = [f"{at[:10]} * {_text(entry.kind)}{link}"]
    lines += _metadata({"transaction": entry.id, "event": event_id, "payment": entry.hold_id, "time": at})
    for leg in entry.postings:
        amount = plain_amount(-leg.amount.minor, leg.amount.currency)
        lines.append(f"  {names[leg.account_id][0]}  {amount} {leg.amount.currency}")
    return "\n".join(lines) + "\n\n"


def payment(hold: Hold, names: Mapping[str, tuple[str, str]]) -> str:
    """One authorization. Setting money aside posts nothing, so it is a custom entry, which adds up to nothing."""
    state = hold.resolution.kind if hold.resolution else "authorized"
    at, name = iso(hold.authorized_at), names[hold.account_id][0]
    amount = f"{plain_amount(hold.amount.minor, hold.amount.currency)} {hold.amount.currency}"
    lines = [f"{at[:10]} custom {_text('payment')} {_text(hold.id)} {_text(state)} {name} {amount}"]
    lines += _metadata(
        {
            "order": hold.order_id,
            "merchants": " ".join(share.seller for share in hold.shares),
            "time": at,
            "expires": iso(hold.expires_at),
            "resolved": iso(hold.resolution.at) if hold.resolution else None,
        }
    )
    return "\n".join(lines) + "\n\n"


def balance(last_at: str, name: str, minor: int, currency: str) -> str:
    """What must be there on the morning after the last transaction. The tolerance is said to be nothing: beancount's
    own would let a cent pass.
    """
    day = iso(from_iso(last_at) + timedelta(days=1))[:10]
    return f"{day} balance {name}  {plain_amount(-minor, currency)} ~ {plain_amount(0, currency)} {currency}\n"


def _metadata(pairs: Mapping[str, str | None]) -> Iterator[str]:
    return (f"  {key}: {_text(value)}" for key, value in pairs.items() if value)


def _component(text: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "X"
    return kept[0].upper() + kept[1:]


def _link(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", text)


def _text(value: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
