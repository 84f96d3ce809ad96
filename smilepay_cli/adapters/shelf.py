"""What is on sale, seen in passing: the home's catalogue or ours, as it lies there. See ports/glance.py.

Whoever buys has the catalogue read with every rule that it has (packaged.py); for a word that is completed that takes
too long.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from smilepay_cli.vocabulary.errors import SmilepayError
from smilepay_cli.vocabulary.glimpses import Glimpse
from smilepay_cli.vocabulary.money import parse_amount

_OURS = Path(__file__).with_name("catalogue.toml")
_LARGEST = 1024 * 1024
"""Bytes, as where it is read with every rule."""


class CatalogueShelf:
    """`HOME/catalogue.toml` where there is one, else the catalogue of the package."""

    def __init__(self, home: Path) -> None:
        self._own = home / "catalogue.toml"

    def items(self) -> Sequence[Glimpse]:
        """What can be bought: `name` is its title."""
        return list(self._items())

    def sellers(self) -> Sequence[Glimpse]:
        """Who sells."""
        named = self._table.get("sellers")
        found = named.items() if isinstance(named, dict) else ()
        return [Glimpse(name, title["title"] if isinstance(title, dict) else title) for name, title in found]

    def _items(self) -> Iterator[Glimpse]:
        listed = self._table.get("items")
        for item in listed if isinstance(listed, list) else ():
            with suppress(SmilepayError, LookupError, TypeError, AttributeError):
                yield Glimpse(item["id"], item["title"], parse_amount(item["price"], self._table["currency"]))

    @cached_property
    def _table(self) -> dict[str, Any]:
        """Empty for a file that cannot be used: whoever uses it is told so."""
        import tomllib

        try:
            return tomllib.loads(self._text())
        except (OSError, ValueError, RecursionError):
            return {}

    def _text(self) -> str:
        """Of no link, no pipe, and nothing large."""
        try:
            found = self._own.lstat()
        except FileNotFoundError:
            return _OURS.read_text(encoding="utf-8")
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            raise ValueError("no catalogue")
        return self._own.read_text(encoding="utf-8")
