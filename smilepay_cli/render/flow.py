"""The flow for people: enrolled, catalogue, and the lines that say what happened and what could be next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.paper import Paper, Table
from smilepay_cli.render.text import amount, percent, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from smilepay_cli.verbs.catalogue import CatalogueResult
    from smilepay_cli.verbs.edit import EditResult
    from smilepay_cli.verbs.enroll import EnrollResult
    from smilepay_cli.vocabulary.originals import LeftOut


MOST_CHANGES = 8
"""Of a catalogue that are told one by one."""
FEW_LEFT_OUT = 3
"""Of each reason, how many are told by name."""


def ok(paper: Paper, text: str) -> None:
    """One line that says what happened."""
    paper.line(("✓ ", "bold green"), text)


def next_step(paper: Paper, text: str) -> None:
    """One line that says what one could do now."""
    paper.line((f"  next: {text}", "dim"))


def show_left_out(reasons: Mapping[str, int], left_out: Sequence[LeftOut], paper: Paper) -> None:
    """What was not used: by reason how many, and the first few by name."""
    for reason, count in reasons.items():
        named = [left for left in left_out if left.reason == reason][:FEW_LEFT_OUT]
        paper.line(("! ", "bold yellow"), f"{count:,} left out: {reason}")
        for left in named:
            paper.line((f"  {left.what}: {left.message}", "dim"))
        if count > len(named):
            paper.line((f"  and {count - len(named):,} more; --json tells all", "dim"))


def show_enrolled(result: EnrollResult, paper: Paper) -> None:
    """Who was enrolled, and with what."""
    balance = f", {amount(result.balance.available)} on the account" if result.balance else ""
    if result.added == result.references:
        ok(paper, f"{result.name} is enrolled with {plural(result.added, 'reference')}{balance}")
    else:
        more = f"{plural(result.added, 'more reference')}, {result.references} in all"
        ok(paper, f"{result.name} has {more}{balance}")
    next_step(paper, "smilepay shop latte --image FILE")


def show_catalogue(result: CatalogueResult, paper: Paper) -> None:
    """What is on sale, by seller."""
    table = Table()
    table.add_column("item", whole=True)
    table.add_column("what")
    table.add_column("price", right=True, whole=True)
    catalogue = result.catalogue
    for seller in catalogue.sellers.values():
        table.add_row("", [(f"{seller.title} ({seller.id})", "bold cyan")], "")
        for item in catalogue.items.values():
            if item.seller == seller.id:
                note = [(f"\n{item.note}", "dim")] if item.note else []
                table.add_row(item.id, [item.title, *note], amount(item.price))
    paper.table(table)
    next_step(paper, "smilepay shop ITEM[=QTY] --image FILE")


def show_edited(result: EditResult, paper: Paper) -> None:
    """What is sold otherwise now."""
    if not result.is_changed or result.catalogue is None:
        paper.line("the catalogue is as it was")
        return
    catalogue = result.catalogue
    size = f"{plural(len(catalogue.items), 'item')} of {plural(len(catalogue.sellers), 'seller')}"
    fees = sorted({seller.fee_bp for seller in catalogue.sellers.values()})
    ok(paper, f"the catalogue is changed: {size}, {' to '.join(map(percent, fees[:1] + fees[1:][-1:]))} in fees")
    for change in result.changes[:MOST_CHANGES]:
        before, after = (amount(price) if price else "" for price in (change.before, change.after))
        told = f"{before} → {after}" if before and after else f"new, {after}" if after else f"gone, was {before}"
        paper.line((f"  {change.item}: {told}", "dim"))
    if (more := len(result.changes) - MOST_CHANGES) > 0:
        paper.line((f"  and {more} more", "dim"))
    next_step(paper, "smilepay shop")
