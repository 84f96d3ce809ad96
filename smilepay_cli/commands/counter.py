"""The shop in plain lines: a numbered list and a question. For terminals that cannot draw, and for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from smilepay_cli.render.storefront.words import clean, in_the_basket
from smilepay_cli.render.text import amount
from smilepay_cli.rules.basket import Basket, with_less, with_more
from smilepay_cli.rules.shelves import shelves
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from smilepay_cli.vocabulary.ledger import Catalogue, Item

QUESTION = marked("what would you like (number or id, or Enter to pay)? ")
HELP = marked(
    "A number or an id adds one, with a minus in front it takes one away; list shows everything again, q leaves."
)


def shop_by_number(catalogue: Catalogue, stdin: TextIO, stderr: TextIO) -> Basket | None:
    """The basket that somebody wants to pay; None when they left. Raises KeyboardInterrupt."""
    items = [item for _, there in shelves(catalogue) for item in there]

    def say(text: str) -> None:
        print(clean(text), file=stderr)

    _list(catalogue, say)
    say(tr(HELP))
    basket = Basket()
    while True:
        print(tr(QUESTION), end="", file=stderr, flush=True)
        line = _line(stdin)
        typed = line.strip()
        word = typed.lower()
        if not line or word in ("q", "quit", "exit"):
            if not line:  # Ctrl-D leaves the question's line open
                print(file=stderr)
            return None
        if not word and basket:
            return basket
        if word == "list":
            _list(catalogue, say)
        elif word:
            basket = _changed(basket, catalogue, items, typed, say)
        say(in_the_basket(basket, catalogue))


def _line(stdin: TextIO) -> str:
    """What was typed; nothing, as after Ctrl-D, where the window was closed."""
    try:
        return stdin.readline()
    except UnicodeDecodeError:  # some key of another keyboard: no word of ours
        return "?\n"
    except OSError:
        return ""


def _list(catalogue: Catalogue, say: Callable[[str], None]) -> None:
    number = 0
    for seller, items in shelves(catalogue):
        say(f"{seller.title}:")
        for item in items:
            number += 1
            note = f" ({item.note})" if item.note else ""
            say(f"{number}. {item.id}: {item.title}, {amount(item.price)}{note}")


def _changed(basket: Basket, catalogue: Catalogue, items: list[Item], word: str, say: Callable[[str], None]) -> Basket:
    item = _named(items, word.removeprefix("-"))
    if item is None:
        told = tr("{word!r} is no number from 1 to {most} and no id. {help}", word=word, most=len(items), help=tr(HELP))
        say(told)
        return basket
    try:
        if word.startswith("-"):
            basket = with_less(basket, item.id)
            say(tr("{item}: {count} left in the basket.", item=item.title, count=basket.of(item.id)))
        else:
            basket = with_more(basket, catalogue, item.id)
            say(tr("{item}: {count} in the basket.", item=item.title, count=basket.of(item.id)))
    except UsageProblem as problem:
        say(problem.message)
    return basket


def _named(items: list[Item], word: str) -> Item | None:
    """By its number in the list, or by its id in letters of either case: a number comes first, as it is listed."""
    is_number = word.isascii() and word.isdecimal() and len(word) <= len(str(len(items)))
    if is_number and 1 <= int(word) <= len(items):
        return items[int(word) - 1]
    exactly = (item for item in items if item.id == word)
    return next(exactly, None) or next((item for item in items if item.id.casefold() == word.casefold()), None)
