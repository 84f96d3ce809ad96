"""Files that come with the program, and the home's own catalogue in place of ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.ledger import Catalogue, Item, Seller
from smilepay_cli.vocabulary.money import parse_amount

_PACKAGE = Path(__file__).parent.parent
"""Ours, as files: models and pictures are opened by name anyway, and importlib.resources takes 3 ms to import."""


def sample_faces() -> Path:
    """Folder of the sample faces: inside an installed package, beside it in a checkout."""
    installed = _PACKAGE / "sample_faces"
    return installed if installed.is_dir() else _PACKAGE.parent / "sample_faces"


class CatalogueFile:
    """`HOME/catalogue.toml` where there is one, else the catalogue of the package."""

    def __init__(self, home: Path) -> None:
        self._own = home / "catalogue.toml"

    def load(self) -> Catalogue:
        """Raises UsageProblem for a file that cannot be read or does not make sense."""
        import tomllib

        if not self._own.exists():
            return _ours()
        from smilepay_cli.adapters.capture.files import read_file

        try:
            return _catalogue(tomllib.loads(read_file(self._own).decode()))
        except OSError as error:
            raise self._problem(error.strerror or str(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._problem(f"{type(error).__name__}: {error}") from None

    def _problem(self, detail: str) -> UsageProblem:
        return UsageProblem(f"the catalogue {self._own} cannot be used: {detail}", reason="bad_catalogue")


@cache
def _ours() -> Catalogue:
    import tomllib

    return _catalogue(tomllib.loads((_PACKAGE / "adapters" / "catalogue.toml").read_text(encoding="utf-8")))


def _catalogue(table: dict[str, Any]) -> Catalogue:
    currency = str(table["currency"])
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise ValueError(f"{currency!r} is no ISO 4217 currency code")
    sellers = {handle: Seller(handle, str(title)) for handle, title in table["sellers"].items()}
    items: dict[str, Item] = {}
    for entry in table["items"]:
        item = Item(
            id=str(entry["id"]),
            title=str(entry["title"]),
            seller=str(entry["seller"]),
            price=parse_amount(str(entry["price"]), currency, what=f"price of {entry['id']}"),
            note=str(entry.get("note", "")),
        )
        if item.seller not in sellers:
            raise ValueError(f"item {item.id!r} is sold by {item.seller!r}, who is no seller")
        if item.id in items:
            raise ValueError(f"item {item.id!r} is there twice")
        items[item.id] = item
    return Catalogue(currency, sellers, items)
