"""Receipts as files: looked at before the face, written after the money, never over anything, and never in its way."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from smilepay_cli.adapters.outbox import FolderOutbox
from smilepay_cli.commands import receipts
from smilepay_cli.render import receipt_files
from tests.commands.conftest import Answer, Shell
from tests.fakes.pages import Page

FORMS = (".txt", ".svg", ".html")
HOSTILE = """\
currency = "EUR"
[sellers]
evil = "<script>alert(1)</script> & Sons"
[[items]]
id = "tag"
title = "<img src=x onerror=alert(2)> ]]>"
seller = "evil"
price = "5.00"
"""


@pytest.fixture
def till(shell: Shell) -> Shell:
    shell.enroll("ann")
    return shell


def balance(till: Shell) -> str:
    return till("wallet", "balance", "ann").stdout.strip()


def words(file: Path) -> str:
    """What a person reads in it."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        return Page(text).text
    if file.suffix == ".svg":
        return " ".join("".join(element.itertext()) for element in ElementTree.fromstring(text).iter()  # noqa: S314 - ours
                        if element.tag.endswith("}text")).replace("\xa0", " ")  # fmt: skip
    return text


@pytest.mark.parametrize("form", [*FORMS, ".SVG"])
def test_a_receipt_is_written_and_told(till: Shell, form: str) -> None:
    """It tells amount, merchant, payment and what is left, and is its owner's only."""
    file = till.folder / f"r{form}"
    answer = till.pay("ann", "--receipt", str(file))
    assert answer.exit == 0 and f"the receipt is in {file}" in answer.stdout and "audit show evt_" in answer.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    told = words(file) if form != ".SVG" else file.read_text(encoding="utf-8").replace("&#160;", " ")
    for word in ("Kiosk am Messeplatz", "3.00 EUR", "97.00 EUR", "pay_0001"):
        assert word in told
    assert "ann" not in re.sub("Hannover", "", told), "nobody is named on it"


@pytest.mark.parametrize("is_held", [False, True])
def test_the_screen_shows_what_the_file_does(till: Shell, is_held: bool) -> None:
    """To the letter: the names on the shops, and how the payment stands."""
    file = till.folder / "r.txt"
    answer = till.pay("ann", "--receipt", str(file), *(["--hold"] if is_held else []))
    written = file.read_text(encoding="utf-8")
    assert "Kiosk am" in written and "Messeplatz" in written and written in answer.stdout


def test_the_envelope_tells_where_it_is(till: Shell) -> None:
    """And null where none was asked for."""
    file = till.folder / "r.txt"
    assert till.pay("ann", "--receipt", str(file), "--json").envelope["data"]["receipt"] == str(file)
    assert till.pay("ann", "--json").envelope["data"]["receipt"] is None


def test_of_an_order_it_tells_every_line_and_who_is_paid(till: Shell) -> None:
    till("shop", "latte=2", "stamp", "--image", till.selfie("ann"))
    for form in FORMS:
        file = till.folder / f"r{form}"
        answer = till("wallet", "receipt", "pay_0001", "--out", str(file)) if form != ".txt" else till(
            "pay", "--image", till.selfie("ann"), "--receipt", str(file)
        )  # fmt: skip
        assert answer.exit == 0, answer.stderr
        told = words(file)
        for word in ("2 x Caffè latte", "7.60 EUR", "27.60 EUR", "Café Halle 9", "Hannover Philately", "20.00 EUR"):
            assert word in told, (form, word)


@pytest.mark.parametrize("form", [".pdf", "", ".html.gz", ".tx"])
def test_a_name_that_tells_no_form(till: Shell, form: str) -> None:
    """2, before anybody is looked at: no event, no money."""
    answer = till.pay("ann", "--receipt", str(till.folder / f"r{form}"))
    assert answer.exit == 2 and ".svg" in answer.stderr and balance(till) == "ann: 100.00 EUR"
    assert len(till("audit", "--json").envelope["data"]["found"]) == 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: (folder / "r.txt").write_text("mine"), "not written over"),
        (lambda folder: (folder / "r.txt").mkdir(), "not written over"),
        (lambda folder: (folder / "r.txt").symlink_to(folder / "elsewhere"), "not written over"),
        (lambda folder: folder.joinpath("no").write_text(""), "cannot be written"),
    ],
    ids=["a file", "a folder", "a link", "no folder"],
)
def test_a_place_that_cannot_be_written_to(till: Shell, make: Callable[[Path], Any], says: str) -> None:
    """2 before a face is asked for, also where a face would be refused; nothing is left behind, and nothing moved."""
    make(till.folder)
    file = till.folder / "no" / "r.txt" if says == "cannot be written" else till.folder / "r.txt"
    before = sorted(till.folder.rglob("*"))
    answer = till("pay", "--amount", "3", "--merchant", "kiosk", "--image", "nowhere.jpg", "--receipt", str(file))
    assert answer.exit == 2 and says in answer.stderr and "nowhere.jpg" not in answer.stderr
    assert sorted(till.folder.rglob("*")) == before
    assert balance(till) == "ann: 100.00 EUR"


def test_a_name_of_the_wallets_own_is_refused(till: Shell) -> None:
    answer = till.pay("ann", "--receipt", str(till.home / "wallet.db"))
    assert answer.exit == 2 and balance(till) == "ann: 100.00 EUR"


def test_a_refused_payment_has_no_receipt(till: Shell) -> None:
    file = till.folder / "r.html"
    assert till.pay("stranger", "--receipt", str(file)).exit == 10
    assert not file.exists() and not list(till.folder.glob(".r*"))


def full(*_: object, **__: object) -> str:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def broken(*_: object) -> str:
    raise ZeroDivisionError("a bug in how receipts look")


def failed(till: Shell, file: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> Answer:
    if how == "taken meanwhile":
        write_new = FolderOutbox.write_new

        def late(self: FolderOutbox, path: str, chunks: Iterable[bytes]) -> str:
            file.write_text("theirs")
            return write_new(self, path, chunks)

        monkeypatch.setattr(FolderOutbox, "write_new", late)
    elif how == "disk full":
        monkeypatch.setattr(FolderOutbox, "write_new", full)
    else:
        monkeypatch.setitem(receipt_files.FORMS, ".txt", broken)
    return till.pay("ann", "--receipt", str(file))


@pytest.mark.parametrize("how", ["taken meanwhile", "disk full", "bug"])
def test_what_fails_after_the_payment_undoes_nothing(till: Shell, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """0 with a warning that says so and how to get one; half a file is never there."""
    file = till.folder / "r.txt"
    answer = failed(till, file, monkeypatch, how)
    assert answer.exit == 0 and "paid with a smile by ann" in answer.stdout
    assert "the payment stands, but its receipt was not written" in answer.stderr
    assert "wallet receipt pay_0001" in answer.stderr and "the receipt is in" not in answer.stdout
    assert balance(till) == "ann: 97.00 EUR"
    assert (file.read_text() if file.exists() else None) == ("theirs" if how == "taken meanwhile" else None)


def interrupted(*_: object) -> str:
    raise KeyboardInterrupt


def test_an_interrupt_while_it_is_written_denies_no_payment(till: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The money has moved: whoever pressed Ctrl-C must not believe that it has not, and pay again."""
    monkeypatch.setitem(receipt_files.FORMS, ".txt", interrupted)
    answer = till.pay("ann", "--receipt", str(till.folder / "r.txt"))
    assert answer.exit == 0 and "paid with a smile by ann" in answer.stdout
    assert "the payment stands" in answer.stderr and balance(till) == "ann: 97.00 EUR"


def test_a_library_that_is_missing_denies_no_payment(till: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment that the money moved nothing that a receipt needs may speak for the payment."""
    place, before = str(till.folder / "r.txt"), receipts.receipt_file

    def then_gone(*given: Any) -> receipts.ReceiptFile:
        file = before(*given)
        monkeypatch.setitem(sys.modules, "smilepay_cli.render.receipt_files", None)
        return file

    monkeypatch.setattr(receipts, "receipt_file", then_gone)
    answer = till.pay("ann", "--receipt", place, "--json")
    assert answer.exit == 0 and answer.envelope["outcome"] == "done"
    assert "the payment stands" in answer.envelope["warnings"][0]


def test_a_receipt_in_chinese(till: Shell) -> None:
    """The page too, and it says which language it is in; German has no texts yet."""
    page = till.folder / "r.html"
    assert till.pay("ann", "--receipt", str(page)).exit == 0
    for spoken, language, title in (("zh", "zh-CN", "收据"), ("de_DE", "en", "Receipt")):
        copy = till.folder / f"{language}.html"
        assert till("wallet", "receipt", "pay_0001", "--out", str(copy), variables={"SMILEPAY_LANG": spoken}).exit == 0
        text = copy.read_text()
        assert f'lang="{language}"' in text and f"<h1>{title}</h1>" in text


def test_a_repeat_with_a_key_gets_a_receipt_that_names_nobody(till: Shell) -> None:
    """What is left on the account is the payer's business, and nobody was recognised."""
    assert till.pay("ann", "--idempotency-key", "k").exit == 0
    file = till.folder / "r.html"
    answer = till.pay("stranger", "--idempotency-key", "k", "--receipt", str(file))
    assert answer.exit == 0 and f"the receipt is in {file}" in answer.stdout
    told = words(file)
    assert "pay_0001" in told and "3.00 EUR" in told and "left on the account" not in told


def test_an_authorization_says_what_it_is(till: Shell) -> None:
    file = till.folder / "r.html"
    assert till.pay("ann", "--hold", "--receipt", str(file)).exit == 0
    assert "authorized, not taken yet" in words(file)
    assert till("wallet", "capture", "pay_0001", "2").exit == 0
    assert till("wallet", "refund", "pay_0001", "0.50").exit == 0
    later = till("wallet", "receipt", "pay_0001")
    assert later.exit == 0
    assert re.search(r"taken of it +2.00 EUR", later.stdout) and re.search(r"given back +0.50 EUR", later.stdout)
    assert "authorized" not in later.stdout


def test_nothing_of_a_name_becomes_a_tag(till: Shell) -> None:
    """Sellers and titles are what somebody typed; no form fetches anything either."""
    catalogue = till.folder / "evil.toml"
    catalogue.write_text(HOSTILE)
    assert till("shop", "--catalogue", str(catalogue)).exit == 0
    assert till("shop", "tag", "--image", till.selfie("ann")).exit == 0
    assert till("pay", "--image", till.selfie("ann")).exit == 0
    for form in FORMS:
        file = till.folder / f"r{form}"
        assert till("wallet", "receipt", "pay_0001", "--out", str(file)).exit == 0
        text = file.read_text(encoding="utf-8")
        assert "alert(1)" in words(file)
        if form != ".txt":
            assert "<script" not in text and "<img" not in text
            assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)|url\((?!#)|@import|@font-face", text)
    page = Page((till.folder / "r.html").read_text(encoding="utf-8"))
    assert not any(name == "script" or "onerror" in attributes for name, attributes in page.elements)


def test_the_same_receipt_is_the_same_file(till: Shell) -> None:
    assert till.pay("ann").exit == 0
    for form in FORMS:
        for name in ("a", "b"):
            assert till("wallet", "receipt", "pay_0001", "--out", str(till.folder / f"{name}{form}")).exit == 0
        assert (till.folder / f"a{form}").read_bytes() == (till.folder / f"b{form}").read_bytes()


def test_a_payment_that_is_not_there(till: Shell) -> None:
    file = till.folder / "r.txt"
    answer = till("wallet", "receipt", "pay_none", "--out", str(file))
    assert answer.exit == 2 and "no payment 'pay_none'" in answer.stderr and not file.exists()
    assert till("wallet", "receipt", "pay_none", "--json").envelope["reason"] == "no_such_payment"
