"""What is on sale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.ledger import Catalogue, Order


@dataclass(frozen=True, kw_only=True)
class CatalogueResult(Result):
    """What is on sale."""

    catalogue: Catalogue


@dataclass(frozen=True, kw_only=True)
class LeftResult(Result):
    """Somebody looked around and left: without an order, or with one that stays open."""

    order: Order | None = None


def browse(till: Till) -> CatalogueResult:
    """The catalogue. Touches neither wallet nor camera."""
    return CatalogueResult(catalogue=till.catalogue.load())
