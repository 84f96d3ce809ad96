"""The shop on a terminal, walked through by Textual's own pilot: what is seen, what keys and clicks do, how it ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import Color
from textual.pilot import Pilot

from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.render.storefront.app import Storefront, visit
from smilepay_cli.render.storefront.shelf import MARKER, Shelves
from smilepay_cli.rules.basket import MOST_OF_ONE, Basket
from smilepay_cli.vocabulary.ledger import Catalogue, Item, Seller
from smilepay_cli.vocabulary.money import Money

OURS = CatalogueFile(Path("nowhere")).load()
SIZES = [(80, 24), (120, 40), (40, 15), (32, 10)]
Walk = Callable[[Pilot[Any]], Awaitable[None]]


def catalogue(*titles: str, price: int = 100) -> Catalogue:
    items = {f"i{number}": Item(f"i{number}", title, "s", Money(price, "EUR")) for number, title in enumerate(titles)}
    return Catalogue("EUR", {"s": Seller("s", "[bold]The [/] shop", 60)}, items, 60)


def walked(walk: Walk, *, size: tuple[int, int] = (80, 24), sold: Catalogue = OURS, color: bool = True) -> Storefront:
    """The shop after a walk through it."""
    shop = Storefront(sold, color=color)

    async def run() -> None:
        async with shop.run_test(size=size) as pilot:
            await pilot.pause()
            await walk(pilot)
            await pilot.pause()

    asyncio.run(run())
    return shop


def pressed(*keys: str, **how: Any) -> Storefront:
    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)

    return walked(walk, **how)


def seen(*keys: str, **how: Any) -> list[str]:
    """The lines of the screen after some keys."""
    lines: list[str] = []

    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)
        await pilot.pause()
        lines.extend(strip.text for strip in pilot.app.screen._compositor.render_strips())

    walked(walk, **how)
    return lines


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("size", SIZES)
def test_every_size_shows_what_matters(size: tuple[int, int], color: bool) -> None:
    """One marked line with its price, the sum, the way to the till, the keys; each row as wide as the screen."""
    lines = seen("down", "plus", "plus", size=size, color=color)
    assert [cell_len(line) for line in lines] == [size[0]] * size[1]
    marked = [line for line in lines if line.startswith(MARKER)]
    assert len(marked) == 1 and "2.50 EUR" in marked[0] and "2" in marked[0].split("EUR")[1]
    screen = "\n".join(lines)
    assert "Total of 2 items" in screen and "thing" not in screen and "Smile to pay" in screen
    assert ("5.00 EUR" in screen) == (size[0] < 72), "in letters where there is no room for large figures"
    if size[0] >= 40:
        assert "q leave" in lines[-1] and "p pay" in lines[-1]


def test_the_basket_tells_lines_and_what_each_seller_gets() -> None:
    """At the right, as long as there is room."""
    right = [line.split("│")[1].strip() for line in seen("plus", "plus", "end", "plus") if "│" in line]
    assert right[:5] == [
        "Basket",
        "Kiosk am Messeplatz      3.80",
        "2 Mineral water, 0.5 l     3.80",
        "Hannover Philately       6.50",
        "1 Stamp tweezers           6.50",
    ]


@pytest.mark.parametrize(
    ("keys", "picked"),
    [
        (["plus"], {"water": 1}),
        (["enter", "space", "right"], {"water": 3}),
        (["down", "j", "plus", "k", "plus"], {"postcard": 1, "paper": 1}),
        (["plus", "plus", "minus"], {"water": 1}),
        (["plus", "minus", "minus"], {}),
        (["end", "plus", "home", "plus"], {"tweezers": 1, "water": 1}),
        (["up", "plus"], {"water": 1}),
        (["end", "down", "plus"], {"tweezers": 1}),
        (["plus", "backspace"], {}),
    ],
)
def test_what_keys_put_into_the_basket(keys: list[str], picked: dict[str, int]) -> None:
    assert dict(pressed(*keys).basket.quantities) == picked


def test_paying_takes_the_basket_along() -> None:
    """Also when the keys come faster than anybody types."""
    shop = pressed("plus", "down", "plus", "p")
    assert shop.return_value == Basket({"water": 1, "paper": 1})


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_leaving_takes_nothing_along(key: str) -> None:
    shop = pressed("plus", key)
    assert shop.return_value is None and not shop.interrupted and not shop.is_running


def test_an_interrupt_is_told_from_leaving() -> None:
    """It ends with another status."""
    assert pressed("plus", "ctrl+c").interrupted


def test_an_empty_basket_is_not_paid() -> None:
    """The shop stays open and says what to do."""

    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("p")
        assert pilot.app.return_value is None and pilot.app.is_running
        await pilot.press("plus", "minus", "p")
        assert pilot.app.return_value is None and pilot.app.is_running

    walked(walk)
    assert any("The basket is empty" in line for line in seen("p"))


def test_clicks_choose_add_and_take_away() -> None:
    """On a line, on its plus, on its minus; and on the button."""

    async def walk(pilot: Pilot[Any]) -> None:
        shop, shelves = pilot.app, pilot.app.query_one(Shelves)
        assert isinstance(shop, Storefront)
        width = shelves.scrollable_content_region.width
        await pilot.click(Shelves, offset=(5, 2))
        assert shelves.item is not None and shelves.item.id == "paper" and not shop.basket
        await pilot.click(Shelves, offset=(width - 2, 3))
        await pilot.click(Shelves, offset=(width - 2, 3))
        assert dict(shop.basket.quantities) == {"postcard": 2}
        await pilot.click(Shelves, offset=(width - 8, 3))
        assert dict(shop.basket.quantities) == {"postcard": 1}
        await pilot.click(Shelves, offset=(5, 0))
        assert dict(shop.basket.quantities) == {"postcard": 1}, "a seller is not for sale"
        await pilot.click("#pay")

    assert walked(walk).return_value == Basket({"postcard": 1})


def test_a_search_shows_what_it_finds() -> None:
    """Without accents; Enter goes to what is found, and keys are keys again."""
    lines = seen("slash", *"caffe")
    assert "/caffe" in lines[1].replace(" ", "") and "Caffè latte" in lines[3]
    assert not any("Mineral" in line for line in lines)
    assert dict(pressed("slash", *"caffe", "enter", "plus").basket.quantities) == {"latte": 1}


@pytest.mark.parametrize("size", [(80, 24), (40, 15)])
def test_the_foot_tells_how_to_end_a_search(size: tuple[int, int]) -> None:
    """As long as something is left out, also when the shelves have the keys again; and not before or after."""
    assert "Esc everything" in seen("slash", *"caffe", "enter", size=size)[-1]
    assert "Esc" not in seen("plus", size=size)[-1]
    lines = seen("slash", *"caffe", "enter", "escape", size=size)
    assert "Esc" not in lines[-1] and any("Mineral water" in line for line in lines)


@pytest.mark.parametrize("size", [(80, 24), (100, 26)])
def test_the_currency_stands_beside_the_large_figures(size: tuple[int, int]) -> None:
    """And not on the caption's line, where it looks like an amount that is missing."""
    lines = [line.split("│")[-1].rstrip() for line in seen("plus", size=size)]
    caption = next(number for number, line in enumerate(lines) if "Total of 1 item" in line)
    assert lines[caption].strip() == "Total of 1 item"
    assert lines[caption + 3].endswith(" EUR"), lines


def test_letters_in_a_search_are_letters() -> None:
    """q and p do not leave or pay, and plus adds nothing."""
    shop = pressed("plus", "slash", "q", "p", "plus")
    assert shop.return_value is None and dict(shop.basket.quantities) == {"water": 1}
    assert not any("q leave" in line for line in seen("slash", "q"))


def test_a_search_without_success_says_so_and_ends_with_escape() -> None:
    assert any("nothing is called so" in line for line in seen("slash", *"zzz"))
    assert not any("▸" in line for line in seen("slash", *"zzz", "enter"))
    lines = seen("slash", *"zzz", "escape")
    assert any("Mineral water" in line for line in lines) and not any("zzz" in line for line in lines)


def test_what_is_chosen_stays_so_through_a_search() -> None:
    assert dict(pressed("end", "slash", *"stamp", "escape", "plus").basket.quantities) == {"tweezers": 1}


def test_the_note_of_an_item_is_told() -> None:
    lines = seen("slash", *"jack")
    assert any("what Jack Ma bought on stage" in line for line in lines)


def test_no_more_than_the_most() -> None:
    """The note says why nothing is added."""
    lines: list[str] = []

    async def walk(pilot: Pilot[Any]) -> None:
        shop = pilot.app
        assert isinstance(shop, Storefront)
        shop.want(OURS.items["water"], MOST_OF_ONE)
        await pilot.press("plus")
        await pilot.pause()
        lines.extend(strip.text for strip in shop.screen._compositor.render_strips())

    assert dict(walked(walk).basket.quantities) == {"water": MOST_OF_ONE}
    assert any("no more than 999 of 'water'" in line for line in lines)


def test_titles_are_text() -> None:
    """Brackets are no markup, letters of two columns keep the prices in line, and long ones are cut."""
    sold = catalogue("[red]Tea[/red]", "茶" * 60, "x" * 300, price=123456)
    lines = seen("plus", "down", "plus", sold=sold)
    assert [cell_len(line) for line in lines] == [80] * 24
    assert "[bold]The [/] shop" in lines[1] and "[red]Tea" in lines[2] and "…" in lines[3]
    assert any("[red]Tea" in line.split("│")[1] for line in lines if "│" in line), "in the basket, too"
    prices = [cell_len(line[: line.index("1,234.56 EUR")]) for line in lines[2:5]]
    assert len(set(prices)) == 1


def test_a_sum_too_long_for_large_figures_is_told_in_letters() -> None:
    sold = catalogue("Yacht", price=10**12)
    assert any("10,000,000,000.00 EUR" in line.split("│")[-1] for line in seen("plus", sold=sold))


def test_thousands_of_items_scroll() -> None:
    sold = catalogue(*(f"Thing {number}" for number in range(5000)))
    lines = seen("end", sold=sold)
    assert any(line.startswith(f"{MARKER}Thing 4999") for line in lines)
    assert dict(pressed("end", "pageup", "pagedown", "plus", sold=sold).basket.quantities) == {"i4999": 1}


def test_without_colour_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the variable that asks for it is there still for whoever comes after; Textual takes it away."""
    monkeypatch.setenv("NO_COLOR", "1")
    colours: set[object] = set()

    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press("plus")
        await pilot.pause()
        for line in pilot.app.screen._compositor.render_strips():
            applied = line.apply_filter(pilot.app._filters[-1], pilot.app.screen.background_colors[1])
            for segment in applied:
                if segment.style:
                    colours.update({segment.style.color, segment.style.bgcolor})

    walked(walk, color=False)
    assert colours <= {None, Color.default()}
    assert os.environ["NO_COLOR"] == "1"
    Storefront(OURS, color=True)
    assert os.environ["NO_COLOR"] == "1"


def visited(monkeypatch: pytest.MonkeyPatch, *keys: str) -> Basket | None:
    """What `visit` returns after some keys, without a terminal."""

    async def walk(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)

    run = partialmethod(Storefront.run, headless=True, size=(80, 24), auto_pilot=walk)
    monkeypatch.setattr(Storefront, "run", run)
    return visit(OURS, color=True)


def test_a_visit_ends_with_what_is_to_be_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    assert visited(monkeypatch, "plus", "p") == Basket({"water": 1})


def test_a_visit_may_end_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert visited(monkeypatch, "plus", "q") is None


def test_an_interrupted_visit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        visited(monkeypatch, "plus", "ctrl+c")


def test_a_bug_in_the_shop_is_no_page_of_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes on up to who says in one line what happened; it is not taken for somebody who left."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("in the shop")

    monkeypatch.setattr("smilepay_cli.render.storefront.app.with_more", broken)
    with pytest.raises(ZeroDivisionError, match="in the shop"):
        visited(monkeypatch, "plus")
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err and "ZeroDivision" not in said.out + said.err
