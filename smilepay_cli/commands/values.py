"""What a shell can complete values with, as Typer asks for it: `typer.Argument(autocompletion=account_names)`.

Each function gets the call as far as it is typed, and the beginning of the value. What the help calls FILE or FOLDER
needs none (completing.py).
"""

from __future__ import annotations

from os.path import expandvars
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from smilepay_cli.commands.call import Call, Sample, Shared
from smilepay_cli.commands.environment import Environment

if TYPE_CHECKING:
    from datetime import datetime

    from smilepay_cli.ports import Glance, Shelf

Suggestions = list[tuple[str, str]]


def account_names(ctx: typer.Context) -> Suggestions:
    """Customers, sellers, and the fees."""
    from smilepay_cli.verbs import suggest

    return suggest.accounts(_glance(ctx), _shelf(ctx))


def people_names(ctx: typer.Context) -> Suggestions:
    """Who is enrolled."""
    from smilepay_cli.verbs import suggest

    return suggest.people(_glance(ctx))


def seller_names(ctx: typer.Context) -> Suggestions:
    """Who can be paid."""
    from smilepay_cli.verbs import suggest

    return suggest.sellers(_glance(ctx), _shelf(ctx))


def item_names(ctx: typer.Context) -> Suggestions:
    """What is on sale."""
    from smilepay_cli.verbs import suggest

    return suggest.items(_shelf(ctx))


def open_orders(ctx: typer.Context, incomplete: str) -> Suggestions:
    """Orders that can be paid."""
    from smilepay_cli.verbs import suggest

    return suggest.open_orders(_glance(ctx), _now(ctx), incomplete)


def open_holds(ctx: typer.Context, incomplete: str) -> Suggestions:
    """Payments that can be captured or voided."""
    from smilepay_cli.verbs import suggest

    return suggest.open_holds(_glance(ctx), _now(ctx), incomplete)


def captured_payments(ctx: typer.Context, incomplete: str) -> Suggestions:
    """Payments that can be given back."""
    from smilepay_cli.verbs import suggest

    return suggest.captured(_glance(ctx), incomplete)


def events(ctx: typer.Context, incomplete: str) -> Suggestions:
    """What happened."""
    from smilepay_cli.verbs import suggest

    return suggest.events(_glance(ctx), incomplete)


def payment_events(ctx: typer.Context, incomplete: str) -> Suggestions:
    """What paying did."""
    from smilepay_cli.verbs import suggest

    return suggest.events(_glance(ctx), incomplete, "pay ")


def reasons() -> Suggestions:
    """Why something can be refused."""
    from smilepay_cli.verbs.lookup import OTHER_REASONS
    from smilepay_cli.vocabulary.errors import MEANING, Reason

    return [*((reason.value, MEANING[reason.exit]) for reason in Reason), *((reason, "") for reason in OTHER_REASONS)]


def policy_names() -> Suggestions:
    """The named policies."""
    from smilepay_cli.rules.profiles import PROFILES

    return [(name, "policy") for name in PROFILES]


def floor_names() -> Suggestions:
    """The least that a home can accept."""
    from smilepay_cli.verbs.policy import NO_FLOOR

    return [*policy_names(), (NO_FLOOR, "no floor")]


def engine_names() -> Suggestions:
    """Face engines."""
    from smilepay_cli.adapters.faces.engines import DEFAULT_SCHEMES

    return [(name, f"templates: {scheme}") for name, scheme in DEFAULT_SCHEMES.items()]


def challenge_steps(incomplete: str) -> Suggestions:
    """Steps of a challenge, with commas between them."""
    from smilepay_cli.rules.session import STEPS
    from smilepay_cli.verbs.suggest import listed

    return listed(incomplete, [(step, step.replace("_", " ")) for step in STEPS])


def species_names(incomplete: str) -> Suggestions:
    """What can be forged, with commas between."""
    from smilepay_cli.harnesses.forging.names import ALL, WHAT
    from smilepay_cli.verbs.suggest import listed

    return listed(incomplete, [*WHAT.items(), (ALL, "every attack of one picture")])


def gallery_words() -> Suggestions:
    """Whose references a replay compares with; or a folder."""
    return [("wallet", "this wallet's people"), ("manifest", "rows tagged enrol")]


def _home(ctx: typer.Context) -> Path:
    """As on a call; a line that is not finished holds `~` and variables as they were typed."""
    environment: Environment = ctx.obj
    typed = ctx.params.get("home") or environment.variables.get("SMILEPAY_HOME") or None
    return Call(environment, Shared(home=expandvars(typed) if typed else None), Sample()).home


def _glance(ctx: typer.Context) -> Glance:
    from smilepay_cli.adapters.store.glance import SqliteGlance

    return SqliteGlance(_home(ctx))


def _shelf(ctx: typer.Context) -> Shelf:
    from smilepay_cli.adapters.shelf import CatalogueShelf

    return CatalogueShelf(_home(ctx))


def _now(ctx: typer.Context) -> datetime:
    now: datetime = ctx.obj.clock.now()
    return now
