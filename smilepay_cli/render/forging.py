"""`forge` for people: what was made, what was left out and why; and what there is to make."""

from __future__ import annotations

from collections import Counter
from shlex import quote
from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok, show_left_out
from smilepay_cli.render.paper import Table
from smilepay_cli.render.text import plural

if TYPE_CHECKING:
    from smilepay_cli.harnesses.forging.asking import SpeciesResult
    from smilepay_cli.harnesses.forging.making import ForgeResult
    from smilepay_cli.render.paper import Paper


def show_forged(result: ForgeResult, paper: Paper) -> None:
    """A row a species, then where it is."""
    people = plural(result.people, "person", "people")
    table = Table()
    table.add_column("species", whole=True)
    table.add_column("kind", whole=True)
    table.add_column("made", right=True, whole=True)
    for made in result.made:
        table.add_row(made.species, made.kind.value.replace("_", " "), f"{made.trials:,}")
    paper.table(table)
    ok(paper, f"{plural(result.trials, 'trial')} from {_originals(result)} of {people}")
    paper.line(f"  {result.folder}")
    paper.line((f"  {result.manifest}, {result.contact_sheet}; seed {result.seed}", "dim"))
    show_left_out(Counter(left.reason for left in result.left_out), result.left_out, paper)
    paper.line(("  attacked are this wallet's people; others: --gallery FOLDER (NAME/*)", "dim"))
    next_step(paper, f"smilepay replay {quote(result.folder)} --out {quote(f'{result.folder}-replay')}")


def _originals(result: ForgeResult) -> str:
    pictures, captures = plural(result.pictures, "picture"), plural(result.captures, "capture")
    if not result.captures:
        return pictures
    return f"{pictures} and {captures}" if result.pictures else captures


def show_species(result: SpeciesResult, paper: Paper) -> None:
    """What there is, what it is and what it takes."""
    table = Table()
    table.add_column("species", whole=True)
    table.add_column("what it is")
    table.add_column("family", whole=True)
    table.add_column("takes", whole=True)
    for way in result.species:
        table.add_row(way.name, way.what, way.family, way.takes.value)
    paper.table(table)
    paper.line(("  simulations, for testing a system of one's own; bona fide ones are no attacks", "dim"))
    next_step(paper, "smilepay forge FOLDER --species 'print*' --out FOLDER")
