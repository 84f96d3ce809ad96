"""The shop on a terminal, on Textual: shelves, a basket, a search, and the way to the till or out of the door.

It ends with a basket to pay, or with nothing. It sees no wallet, no camera and no verb.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Button, Footer, Input, Static

from smilepay_cli.render.storefront.panel import Panel
from smilepay_cli.render.storefront.shelf import Shelves
from smilepay_cli.render.storefront.words import clean, in_the_basket, note_on, tell_keys
from smilepay_cli.rules.basket import Basket, with_less, with_more
from smilepay_cli.rules.shelves import shelves
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import Catalogue, Item

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Signals that end the program: the terminal is given back before. The last is an interrupt, as Ctrl-C is."""


class Search(Input):
    """A line to type in; its keys are told below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "submit", marked("to what is found"), key_display="Enter"),
        Binding("escape", "app.all", marked("everything"), key_display="Esc"),
    ]


class Storefront(App[Basket]):
    """The shop. Its return value is the basket that somebody wants to pay; None when they left."""

    CSS_PATH = "storefront.tcss"
    TITLE = "smilepay"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (72, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - as above
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "all", marked("everything"), key_display="Esc"),
        Binding("slash", "search", marked("find"), key_display="/"),
        Binding("p", "pay", marked("pay")),
        Binding("q", "leave", marked("leave")),
        Binding("ctrl+q", "leave_at_once", marked("leave"), show=False, priority=True),
        Binding("ctrl+c", "interrupt", marked("interrupt"), show=False, priority=True),
    ]

    def __init__(self, catalogue: Catalogue, basket: Basket = Basket(), *, color: bool = True) -> None:  # noqa: B008
        # Textual looks for the variable when it is made, and takes it out of the environment for good.
        before = os.environ.pop("NO_COLOR", None)
        try:
            if not color:
                os.environ["NO_COLOR"] = "1"
            super().__init__(ansi_color=not color)
        finally:
            os.environ.pop("NO_COLOR", None)
            if before is not None:
                os.environ["NO_COLOR"] = before
        tell_keys(self)
        self.catalogue = catalogue
        self.basket = basket
        self.is_searched = False
        """Whether only what a search found is on the shelves."""
        self.interrupted = False
        """Whether Ctrl-C was pressed."""
        self.ended_by: signal.Signals | None = None
        """The signal that ended it."""
        self.fault: Exception | None = None
        """A bug of ours that ended it."""

    def compose(self) -> ComposeResult:
        """Shelves at the left, the basket at the right, or below where the screen is narrow."""
        yield Static("smilepay shop", id="title", markup=False)
        with Container(id="middle"):
            with Vertical(id="left"):
                with Horizontal(id="search"):
                    yield Static("/", id="slash", markup=False)
                    search = Search(placeholder=tr("name, note or seller"), compact=True)
                    tell_keys(search)
                    yield search
                yield Shelves(shelves(self.catalogue), self.basket, self.want, id="shelves")
                yield Static(tr("nothing is called so; Esc shows everything"), id="nothing", markup=False)
            yield Panel(self.catalogue, self.basket, id="basket")
        yield Static(id="note", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """The shelves listen first, and signals give the terminal back."""
        self.query_one(Shelves).focus()
        self.query_one("#search").display = False
        self.query_one("#nothing").display = False
        for number in _ENDING:
            asyncio.get_running_loop().add_signal_handler(number, self._end, number)

    def on_unmount(self) -> None:
        """Signals are as before."""
        for number in _ENDING:
            asyncio.get_running_loop().remove_signal_handler(number)

    def want(self, item: Item, more: int) -> None:
        """More or less of an item; where that cannot be, the note says why."""
        try:
            if more > 0:
                self.basket = with_more(self.basket, self.catalogue, item.id, more)
            else:
                self.basket = with_less(self.basket, item.id, -more)
        except UsageProblem as problem:
            self._say(problem.message)
            return
        self.query_one(Shelves).tell(self.basket)
        self.query_one(Panel).tell(self.basket)
        self._tell_of(item)

    def on_shelves_chosen(self, message: Shelves.Chosen) -> None:
        """What is to be said of it."""
        self._tell_of(message.item)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as it is typed."""
        found = shelves(self.catalogue, event.value)
        self.query_one(Shelves).put(found)
        self.query_one(Shelves).display = bool(found)
        self.query_one("#nothing").display = not found

    def on_input_submitted(self) -> None:
        """Back to the shelves, with what was found on them."""
        if self.query_one(Shelves).item is not None:
            self.query_one(Shelves).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The only button."""
        event.stop()
        self.action_pay()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:  # noqa: ARG002 - as Textual asks
        """While somebody types, letters are letters; everything is brought back where something is left out."""
        if action == "all":
            return self.is_searched
        return not (action in ("search", "pay", "leave") and isinstance(self.focused, Input))

    def action_search(self) -> None:
        """A line to type in."""
        self.is_searched = True
        self.query_one("#search").display = True
        self.query_one(Input).focus()

    def action_all(self) -> None:
        """No search any more."""
        self.is_searched = False
        self.query_one(Input).value = ""
        self.query_one("#search").display = False
        self.query_one(Shelves).focus()
        self.refresh_bindings()

    def action_pay(self) -> None:
        """Off to the till."""
        if self.basket:
            self.exit(self.basket)
        else:
            self._say(tr("The basket is empty: + or Enter adds what is chosen."))

    def action_leave(self) -> None:
        """Out of the door."""
        self.exit(None)

    def action_leave_at_once(self) -> None:
        """Also from the search."""
        self.exit(None)

    def action_interrupt(self) -> None:
        """Ctrl-C."""
        self.interrupted = True
        self.exit(None)

    def _handle_exception(self, error: Exception) -> None:
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Without the page that Textual prints: whoever opened the shop says in one line what happened."""
        self._close_messages_no_wait()

    def _end(self, number: signal.Signals) -> None:
        if number is signal.SIGINT:
            self.interrupted = True
        else:
            self.ended_by = number
        self.exit(None)

    def _tell_of(self, item: Item | None) -> None:
        self._say(note_on(item, self.basket) if item else in_the_basket(self.basket, self.catalogue))

    def _say(self, text: str) -> None:
        self.query_one("#note", Static).update(clean(text))


def visit(catalogue: Catalogue, *, color: bool) -> Basket | None:
    """Let somebody shop; the basket that they want to pay, or None when they left.

    Raises KeyboardInterrupt, and whatever went wrong in the shop. A signal that ends the program does so once the
    terminal is given back.
    """
    shop = Storefront(catalogue, color=color)
    basket = shop.run()
    if shop.ended_by is not None:
        signal.signal(shop.ended_by, signal.SIG_DFL)
        os.kill(os.getpid(), shop.ended_by)
    if shop.interrupted:
        raise KeyboardInterrupt
    if shop.fault is not None:
        raise shop.fault
    return basket
