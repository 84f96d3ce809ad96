"""Before a face is asked for, a person at a terminal is told what for; machines are told nothing that they were not."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Shell
from tests.commands.typist import typed


@pytest.fixture
def till(shell: Shell) -> Shell:
    shell.enroll("ann")
    return shell


def paid(till: Shell, *arguments: str, person: str = "ann") -> str:
    seen = typed(["pay", *arguments, "--home", str(till.home), "--image", till.selfie(person)])
    return seen.text


def order(till: Shell) -> str:
    answer = till("shop", "latte", "stamp", "--image", till.selfie("ann"), "--json")
    return str(answer.envelope["data"]["order"]["id"])


def test_amount_and_merchant_come_before_the_face(till: Shell) -> None:
    shown = paid(till, "--amount", "3", "--merchant", "cafe")
    assert shown.index("about to pay 3.00 EUR to Café Halle 9") < shown.index("paid with a smile by ann")


def test_so_do_those_of_a_named_order_and_nobody_is_named(till: Shell) -> None:
    """A stranger sees what a till's display shows: the sum and the shops, neither the shopper nor what was bought."""
    named = order(till)
    shown = paid(till, named, person="stranger")
    assert "about to pay 23.80 EUR to Café Halle 9 and Hannover Philately" in shown
    assert "ann" not in shown.replace("Hannover", "") and "latte" not in shown


def test_of_the_newest_order_the_amount_is_told_afterwards(till: Shell) -> None:
    """Whose order it is, only a face can tell; also where somebody says a name."""
    order(till)
    for claim in ((), ("--account", "ann")):
        shown = paid(till, *claim, person="stranger")
        assert "about to pay your newest open order" in shown
        assert "23.80" not in shown
    shown = paid(till)
    before, _, after = shown.partition("paid with a smile")
    assert "23.80" not in before and "23.80 EUR" in after


@pytest.mark.parametrize(
    "arguments",
    [("ord_none",), ("--amount", "3", "--merchant", "nobody"), ("--amount", "three", "--merchant", "cafe")],
    ids=["no such order", "no such merchant", "no amount"],
)
def test_what_cannot_be_paid_is_not_announced(till: Shell, arguments: tuple[str, ...]) -> None:
    """The verb says what is wrong."""
    assert "about to pay" not in paid(till, *arguments)


def test_without_an_open_order_none_is_announced(till: Shell) -> None:
    """`pay` says that there is none, once it knows who stands there."""
    shown = paid(till)
    assert "about to pay" not in shown and "refused" in shown


def test_a_key_that_was_used_announces_nothing(till: Shell) -> None:
    """Nothing will move."""
    sale = ("--amount", "3", "--merchant", "cafe", "--idempotency-key", "k")
    assert "about to pay" in paid(till, *sale)
    again = paid(till, *sale)
    assert "about to pay" not in again and "before with this key" in again


@pytest.mark.parametrize("option", ["--json", "--quiet"])
def test_machines_and_the_quiet_are_told_nothing(till: Shell, option: str) -> None:
    assert "about to pay" not in paid(till, "--amount", "3", "--merchant", "cafe", option)


def test_off_a_terminal_nothing_is_announced(till: Shell) -> None:
    """Scripts read what they always read."""
    assert till.pay("ann").stderr == ""
