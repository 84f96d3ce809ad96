"""`smilepay shop` where somebody sits: the shop, then the verbs `shop` and `pay` with their events and statuses."""

from __future__ import annotations

import io
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.environment import Environment
from smilepay_cli.commands.shopping import is_somebody_there
from tests.commands.conftest import Shell
from tests.commands.typist import ROOT, Seen, Step, typed

READY = "leave"
"""The last of what the shop draws."""
CONFIRM = "Enter pays with a smile"
DUMB = {"TERM": "dumb"}
QUESTION = "(number or id, or Enter to pay)?"


@pytest.fixture
def shop(shell: Shell) -> Shell:
    shell.enroll("ann")
    return shell


def events(shop: Shell) -> list[tuple[str, str, str | None]]:
    """Command, outcome and reason of each event, oldest first, without the enrolment."""
    told = shop("audit", "--json").envelope["data"]["found"]
    bodies = [event["body"] for event in reversed(told)]
    return [(body["command"], body["outcome"], body["reason"]) for body in bodies if body["command"] != "enroll"]


def visited(
    shop: Shell,
    *steps: Step,
    person: str = "ann",
    smile: bool = True,
    more: tuple[str, ...] = (),
    **how: Any,
) -> Seen:
    arguments = ["shop", "--home", str(shop.home), "--image", shop.selfie(person, smile=smile), *more]
    return typed(arguments, steps, **how)


def test_from_the_shelf_to_the_receipt(shop: Shell) -> None:
    """Both steps are the verbs' own: two events, the order paid, the sellers paid, the shopper greeted by name."""
    seen = visited(shop, (READY, "+"), ("1.90", "\x1b[B+"), ("2.50", "p"), (CONFIRM, "\r"))
    assert seen.exit == 0, seen.text
    after = seen.text.partition("hello ann")[2]
    assert after and "4.40 EUR to Kiosk am Messeplatz" in after
    assert "paid with a smile by ann" in after and "audit show evt_" in after
    assert events(shop) == [("shop", "done", None), ("pay", "done", None)]
    assert shop("wallet", "balance", "ann").stdout.startswith("ann: 95.60 EUR")
    assert shop("audit", "verify").exit == 0


@pytest.mark.parametrize("key", ["\x1b", "q"], ids=["esc", "q"])
def test_whoever_does_not_confirm_keeps_the_order(shop: Shell, key: str) -> None:
    """It is told how to pay it later, and that works."""
    seen = visited(shop, (READY, "+p"), (CONFIRM, key))
    assert seen.exit == 0 and "stays open: 1.90 EUR to pay" in seen.text
    assert events(shop) == [("shop", "done", None)]
    order = re.search(r"next: smilepay pay (\w+) --image FILE", seen.text)
    assert order and shop("pay", order[1], "--image", shop.selfie("ann")).exit == 0


def test_only_enter_confirms(shop: Shell) -> None:
    """Not an arrow, not a letter, not an Enter that was pasted behind something else."""
    seen = visited(shop, (READY, "+p"), (CONFIRM, "\x1b[B"), ("", "y"), ("", "yes\r"), ("", "q"))
    assert seen.exit == 0 and "stays open" in seen.text
    assert events(shop) == [("shop", "done", None)]


def test_an_interrupt_at_the_question_keeps_the_order_too(shop: Shell) -> None:
    seen = visited(shop, (READY, "+p"), (CONFIRM, "\x03"))
    assert seen.exit == 130 and "interrupted" in seen.text and "Traceback" not in seen.text
    assert events(shop) == [("shop", "done", None)]


def test_a_stranger_gets_no_order(shop: Shell) -> None:
    """The verb's refusal, its status and its event; no question comes."""
    seen = visited(shop, (READY, "+p"), person="stranger")
    assert seen.exit == 10 and "not recognised" in seen.text and CONFIRM not in seen.text
    assert events(shop) == [("shop", "refused", "no_match")]


BASKET = "your basket: smilepay shop water paper=2 --image FILE"


@pytest.mark.parametrize(("is_gone", "status"), [(False, 10), (True, 2)], ids=["refused", "an error"])
def test_without_an_order_the_basket_is_told(shop: Shell, is_gone: bool, status: int) -> None:
    """As a command line, so that nobody has to pick everything again; however the verb ended."""
    face = Path(shop.selfie("stranger"))

    def pay() -> str:
        if is_gone:
            face.unlink()
        return "p"

    steps: list[Step] = [(READY, "+"), ("1.90", "\x1b[B++"), ("2.50", pay)]
    seen = typed(["shop", "--home", str(shop.home), "--image", str(face)], steps)
    assert seen.exit == status and BASKET in seen.text, seen.text


def test_pictures_that_are_not_there_are_told_before_the_shop_opens(shop: Shell) -> None:
    """Not after everything was picked."""
    seen = typed(["shop", "--home", str(shop.home), "--image", "nope.jpg"])
    assert seen.exit == 2 and "nope.jpg: no such file" in seen.text and "\x1b[?1049h" not in seen.text
    assert events(shop) == []


def test_without_a_smile_nothing_is_paid(shop: Shell) -> None:
    """Being recognised is enough for an order, and not for money; the order waits."""
    seen = visited(shop, (READY, "+p"), (CONFIRM, "\r"), smile=False)
    assert seen.exit == 13
    assert re.search(r"(\w+) stays open; to pay it later:\s+smilepay pay \1 --image FILE", seen.text)
    assert events(shop) == [("shop", "done", None), ("pay", "refused", "smile_not_shown")]
    assert shop("wallet", "balance", "ann").stdout.startswith("ann: 100.00 EUR")


@pytest.mark.parametrize(
    ("step", "status", "says"),
    [("q", 0, "nothing was bought"), ("\x03", 130, "interrupted"), ("\x11", 0, "nothing was bought")],
    ids=["q", "ctrl-c", "ctrl-q"],
)
def test_leaving_changes_nothing(shop: Shell, step: str, status: int, says: str) -> None:
    seen = visited(shop, (READY, "+"), ("1.90", step))
    assert seen.exit == status and says in seen.text and "Traceback" not in seen.text
    assert events(shop) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_gives_the_terminal_back(shop: Shell, number: signal.Signals) -> None:
    """And then ends the program as it would have anyway."""
    seen = visited(shop, (READY, number))
    assert seen.exit == (130 if number is signal.SIGINT else -number)
    assert seen.text.rfind("\x1b[?1049l") > seen.text.rfind("\x1b[?1049h") >= 0
    assert seen.text.rfind("\x1b[?25h") > seen.text.rfind("\x1b[?25l")
    assert events(shop) == []


def test_numbers_and_lines_where_nothing_can_be_drawn(shop: Shell) -> None:
    """The same way, with no control code in it that moves a cursor."""
    seen = visited(
        shop,
        (QUESTION, "1\n"),
        ("1.90 EUR in all.", "6\n"),
        ("5.70 EUR in all.", "-1\n"),
        ("3.80 EUR in all.", "\n"),
        ("Press Enter", "\n"),
        variables=DUMB,
    )
    assert seen.exit == 0 and "paid with a smile by ann" in seen.text
    assert "\x1b" not in seen.text
    assert events(shop) == [("shop", "done", None), ("pay", "done", None)]


def test_ids_do_as_well_as_numbers(shop: Shell) -> None:
    """They are in the list, as `smilepay shop ITEM` takes them; a minus in front takes one away."""
    seen = visited(
        shop,
        ("1. water: Mineral water", ""),
        (QUESTION, "stamp\n"),
        ("20.00 EUR in all.", "Latte\n"),
        ("23.80 EUR in all.", "-stamp\n"),
        ("3.80 EUR in all.", "q\n"),
        variables=DUMB,
    )
    assert seen.exit == 0 and "is no number" not in seen.text


def test_what_is_typed_before_the_question_answers_nothing(shop: Shell) -> None:
    """In plain lines as in the drawn shop: an Enter that came twice must not pay what nobody has read."""
    seen = visited(shop, (QUESTION, "1\n"), ("1.90 EUR in all.", "\n\n\n"), ("Press Enter", "q\n"), variables=DUMB)
    assert seen.exit == 0 and "stays open" in seen.text
    assert events(shop) == [("shop", "done", None)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_question_gives_the_terminal_back(shop: Shell, number: signal.Signals) -> None:
    """`timeout 60 smilepay shop` must not leave a terminal that shows nothing of what is typed (typist.py looks)."""
    seen = visited(shop, (READY, "+p"), (CONFIRM, number))
    assert seen.exit == 130 and events(shop) == [("shop", "done", None)]


@pytest.mark.parametrize("variables", [DUMB, {}], ids=["lines", "drawn"])
def test_a_price_that_changed_meanwhile_is_told(shop: Shell, variables: dict[str, str]) -> None:
    """Before anybody confirms: the shop showed another one."""
    catalogue = shop.home / "catalogue.toml"
    dear = (ROOT / "smilepay_cli/adapters/catalogue.toml").read_text().replace('"1.90"', '"9.90"')
    assert '"9.90"' in dear

    def dearer(seen: str) -> str:
        catalogue.write_text(dear)
        catalogue.chmod(0o600)
        return seen

    first, pick, pay, confirm, no = (READY, "+", "p", CONFIRM, "q")
    if variables:
        first, pick, pay, confirm, no = (QUESTION, "1\n", "\n", "Press Enter", "q\n")
    seen = visited(shop, (first, pick), ("1.90", lambda: dearer(pay)), (confirm, no), variables=variables)
    assert "the shop showed 1.90 EUR" in seen.text and "9.90 EUR to Kiosk" in seen.text
    assert events(shop) == [("shop", "done", None)]


@pytest.mark.parametrize(
    "how",
    [{"more": ("--plain",)}, {"variables": DUMB}, {"size": (30, 9)}],
    ids=["--plain", "dumb", "small"],
)
def test_who_is_asked_for_numbers(shop: Shell, how: dict[str, Any]) -> None:
    """Whoever asks for it, and where a shop cannot be drawn; Ctrl-D leaves."""
    seen = visited(shop, ("1. ", "\x04"), **how)
    assert seen.exit == 0 and "nothing was bought" in seen.text and "\x1b[?1049h" not in seen.text
    assert "Looking at" not in seen.text.partition("1. ")[2], "nothing turns there any more"
    assert events(shop) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("99", "'99' is no number from 1 to 11"),
        ("lattes", "'lattes' is no number from 1 to 11 and no id"),
        ("1" * 5000, "is no number"),
        ("", "The basket is empty."),
        ("-1", "0 left in the basket"),
        ("\udcff\udcfe", "is no number from 1 to 11"),
    ],
    ids=["too large", "a word", "endless", "nothing", "take away nothing", "no letters"],
)
def test_lines_that_make_no_sense(shop: Shell, line: str, says: str) -> None:
    """Are answered, and the question comes again."""
    steps = ((QUESTION, f"{line[:900]}\n"), (QUESTION, "q\n"))
    seen = visited(shop, *steps, more=("--plain",))
    assert seen.exit == 0 and says in seen.text.replace("\r\n", "") and "nothing was bought" in seen.text


@pytest.mark.parametrize("line", ["yes\n", "\x04", "\udcff\n"], ids=["yes", "ctrl-d", "no letters"])
def test_a_line_that_is_not_empty_does_not_confirm(shop: Shell, line: str) -> None:
    """An end of the input is no Enter either."""
    seen = visited(shop, (QUESTION, "1\n"), (QUESTION, "\n"), ("Press Enter", line), more=("--plain",))
    assert seen.exit == 0 and "stays open" in seen.text
    assert events(shop) == [("shop", "done", None)]


@pytest.mark.parametrize(
    ("more", "says"),
    [(("--list",), "Caffè latte"), (("--json",), '"command": "shop"'), (("--quiet",), "")],
    ids=["--list", "--json", "--quiet"],
)
def test_who_asks_for_the_table_gets_it(shop: Shell, more: tuple[str, ...], says: str) -> None:
    """Also at a terminal, and with nobody asked anything."""
    seen = typed(["shop", "--home", str(shop.home), *more])
    assert seen.exit == 0 and says in seen.text and "\x1b[?1049h" not in seen.text
    assert "next: smilepay shop ITEM" in seen.text or more != ("--list",)


def test_off_a_terminal_it_is_the_table_as_ever(shop: Shell) -> None:
    """With --plain as lines; and a face without anything picked is no shopper."""
    table = shop("shop")
    assert table.exit == 0 and "Caffè latte" in table.stdout
    assert shop("shop", "--list").stdout == table.stdout
    assert shop("shop", "--plain").stdout == shop("shop", "--list", "--plain").stdout != table.stdout
    assert shop("shop", "--image", shop.selfie("ann")).exit == 2


def test_a_list_buys_nothing(shop: Shell) -> None:
    answer = shop("shop", "latte", "--list", "--image", shop.selfie("ann"))
    assert answer.exit == 2 and "--list" in answer.stderr and events(shop) == []


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_is_overheard_gets_the_table() -> None:
    """A recording writes down what could be typed again where nobody sits; there the shop does not open."""

    def call(**environment: Any) -> Call:
        return Call(Environment(stdin=Tty(), stdout=Tty(), stderr=Tty(), **environment), Shared(), Sample())

    assert is_somebody_there(call())
    assert not is_somebody_there(call(overhear=print))
