"""A catalogue from a file's text: what is sold, by whom, for how much, and what a payment costs the seller.

currency = "EUR"
fee = "0.6 %"                                     # of every seller who has none of their own; default: none

[sellers]
kiosk = "Kiosk am Messeplatz"
cafe = { title = "Café Halle 9", fee = "0.45 %" }

[[items]]
id = "latte"
title = "Caffè latte"
seller = "cafe"
price = "3.80"
note = "may be left out"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smilepay_cli.rules.profiles import nearest_name
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.ledger import FEES, Catalogue, Item, Seller
from smilepay_cli.vocabulary.money import parse_amount

LONGEST_TEXT, LONGEST_ID = 200, 64
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))? ?%")
_KEYS = dict.fromkeys(("currency", "fee", "sellers", "items"))
_KEYS_OF_A_SELLER = dict.fromkeys(("title", "fee"))
_KEYS_OF_AN_ITEM = dict.fromkeys(("id", "title", "seller", "price", "note"))


class Unreadable(ValueError):
    """What is wrong with a catalogue, in one line that names the line or the key."""


def read_catalogue(text: str) -> Catalogue:
    """Raises Unreadable, naming the line or the key."""
    import tomllib

    try:
        table = tomllib.loads(text, parse_float=str)  # as it was typed: no float ever holds an amount
    except (ValueError, RecursionError) as error:
        raise Unreadable(_one_line(error)) from None
    _require_known(table, _KEYS, "")
    currency = _currency(table.get("currency"))
    fee_bp = _fee(table["fee"], "fee") if "fee" in table else 0
    sellers = _sellers(table.get("sellers"), fee_bp)
    return Catalogue(currency, sellers, _items(table.get("items"), currency, sellers), fee_bp)


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        raise Unreadable(f'currency: {value!r} is no ISO 4217 currency code, such as "EUR"')
    return value


def _sellers(value: Any, fee_bp: int) -> dict[str, Seller]:
    if not isinstance(value, dict):
        raise Unreadable("sellers: a table of names is needed, [sellers]")
    return {handle: _seller(handle, entry, fee_bp) for handle, entry in value.items()}


def _seller(handle: str, entry: Any, fee_bp: int) -> Seller:
    where = f"sellers.{handle}"
    _id(handle, where)
    if handle.casefold() == FEES:
        raise Unreadable(f"{where}: {FEES!r} is the name of the account of the fees")
    if not isinstance(entry, dict):
        return Seller(handle, _text(entry, where), fee_bp)
    _require_known(entry, _KEYS_OF_A_SELLER, f"{where}.")
    fee = _fee(entry["fee"], f"{where}.fee") if "fee" in entry else fee_bp
    return Seller(handle, _text(entry.get("title"), f"{where}.title"), fee)


def _items(value: Any, currency: str, sellers: Mapping[str, Seller]) -> dict[str, Item]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Unreadable("items: a list of tables is needed, [[items]]")
    items: dict[str, Item] = {}
    for place, entry in enumerate(value, start=1):
        item = _item(entry, f"items, number {place}", currency)
        if item.seller not in sellers:
            raise Unreadable(f"item {item.id!r}: it is sold by {item.seller!r}, who is no seller")
        if item.id in items:
            raise Unreadable(f"item {item.id!r} is there twice")
        items[item.id] = item
    return items


def _item(entry: Mapping[str, Any], where: str, currency: str) -> Item:
    name = _id(entry.get("id"), f"{where}, id")
    where = f"item {name!r}"
    _require_known(entry, _KEYS_OF_AN_ITEM, f"{where}, ")
    price = entry.get("price")
    if not isinstance(price, str | int) or isinstance(price, bool):
        raise Unreadable(f'{where}: a price is needed, such as price = "3.50"')
    try:
        money = parse_amount(str(price), currency, what="price")
    except UsageProblem as problem:
        raise Unreadable(f"{where}: {problem.message}") from None
    return Item(
        id=name,
        title=_text(entry.get("title"), f"{where}, title"),
        seller=_text(entry.get("seller"), f"{where}, seller"),
        price=money,
        note=_text(entry["note"], f"{where}, note") if entry.get("note") else "",
    )


def _fee(value: Any, where: str) -> int:
    """Basis points of a percentage as typed; exact, with at most two decimals."""
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    fee_bp = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= fee_bp <= 10_000:
        raise Unreadable(f'{where}: {value!r} is no fee; write a percentage with at most two decimals, like "0.6 %"')
    return fee_bp


def _id(value: Any, where: str) -> str:
    """What people type on a command line."""
    name = _text(value, where)
    if len(name) > LONGEST_ID or name.startswith("-") or "=" in name or name != name.strip():
        raise Unreadable(f"{where}: {name!r} could not be typed; no =, no dash or blank in front, not too long")
    return name


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{where}: a text is needed")
    if not value.isprintable() or len(value) > LONGEST_TEXT:
        raise Unreadable(f"{where}: one line of at most {LONGEST_TEXT} letters is needed")
    return value


def _require_known(table: Mapping[str, Any], known: Mapping[str, Any], where: str) -> None:
    for key in table:
        if key not in known:
            raise Unreadable(f"{where}{key}: no such key; {nearest_name(key, known)}keys: {', '.join(known)}")


def _one_line(error: Exception) -> str:
    return " ".join(f"{error}".split())[:LONGEST_TEXT] or type(error).__name__
