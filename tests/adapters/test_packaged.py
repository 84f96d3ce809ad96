"""The catalogue: ours makes sense, a home's own is used instead, and one that cannot be read is exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from smilepay_cli.adapters.packaged import CatalogueFile, sample_faces
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.money import LARGEST_SUM

OWN = """
currency = "JPY"
[sellers]
stall = "A stall"
[[items]]
id = "tea"
title = "Tea"
seller = "stall"
price = "300"
"""


def test_our_own_catalogue(tmp_path: Path) -> None:
    """Every item has a price and a seller who is there, and no order can be too large for an event."""
    catalogue = CatalogueFile(tmp_path).load()
    assert catalogue.items and {item.seller for item in catalogue.items.values()} <= set(catalogue.sellers)
    assert all(item.id == key and item.price.currency == catalogue.currency for key, item in catalogue.items.items())
    assert 99 * sum(item.price.minor for item in catalogue.items.values()) < LARGEST_SUM


def test_a_homes_own_catalogue_takes_its_place(tmp_path: Path) -> None:
    """Whole: the items of ours are not there."""
    (tmp_path / "catalogue.toml").write_text(OWN)
    catalogue = CatalogueFile(tmp_path).load()
    assert list(catalogue.items) == ["tea"] and str(catalogue.items["tea"].price) == "300 JPY"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"JPY"', '"yen"'),
        ('"JPY"', "7"),
        ("price", "prize"),
        ('"300"', '"3.5"'),
        ('"300"', '"free"'),
        ('"300"', '"0"'),
        ('seller = "stall"', 'seller = "shop"'),
        ('stall = "A stall"', ""),
        ("[sellers]", "[vendors]"),
        ("[[items]]", "[items]"),
        ("[[items]]", "items = 3"),
        ('id = "tea"', ""),
        ("[sellers]", "[sellers"),
        ('title = "Tea"', "x = " + "[" * 100_000),
        ('title = "Tea"', "x = " + "9" * 5_000),
        ('price = "300"', 'price = "300"\n[[items]]\nid = "tea"\ntitle = "T"\nseller = "stall"\nprice = "1"'),
    ],
)
def test_a_catalogue_that_makes_no_sense(tmp_path: Path, old: str, new: str) -> None:
    """One line and exit 2, whatever is wrong with it."""
    assert old in OWN
    (tmp_path / "catalogue.toml").write_text(OWN.replace(old, new))
    with pytest.raises(UsageProblem) as problem:
        CatalogueFile(tmp_path).load()
    assert problem.value.exit is ExitStatus.USAGE and "\n" not in problem.value.message


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\0", b""])
def test_a_catalogue_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    """Bytes, or nothing."""
    (tmp_path / "catalogue.toml").write_bytes(content)
    with pytest.raises(UsageProblem, match="cannot be used"):
        CatalogueFile(tmp_path).load()


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    """Not a file."""
    (tmp_path / "catalogue.toml").mkdir()
    with pytest.raises(UsageProblem, match="a folder"):
        CatalogueFile(tmp_path).load()


def test_the_sample_faces_are_found() -> None:
    """Beside the package in a checkout, inside it when installed."""
    assert (sample_faces() / "lin" / "1.jpg").is_file()
