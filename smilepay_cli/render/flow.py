"""The flow for people: enrolled, catalogue, and the lines that say what happened and what could be next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.paper import Paper, Table
from smilepay_cli.render.text import amount, percent
from smilepay_cli.vocabulary.language import tr, trn

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
    paper.line((tr("  next: {text}", text=text), "dim"))


def show_left_out(reasons: Mapping[str, int], left_out: Sequence[LeftOut], paper: Paper) -> None:
    """What was not used: by reason how many, and the first few by name."""
    for reason, count in reasons.items():
        named = [left for left in left_out if left.reason == reason][:FEW_LEFT_OUT]
        paper.line(("! ", "bold yellow"), tr("{count:,} left out: {reason}", count=count, reason=reason))
        for left in named:
            paper.line((f"  {left.what}: {left.message}", "dim"))
        if count > len(named):
            paper.line((tr("  and {number:,} more; --json tells all", number=count - len(named)), "dim"))


def show_enrolled(result: EnrollResult, paper: Paper) -> None:
    """Who was enrolled, and with what."""
    told = tr("{name} is enrolled with {references}", name=result.name, references=_references(result.added))
    if result.added != result.references:
        told = trn(
            result.added,
            "{name} has {count} more reference, {all} in all",
            "{name} has {count} more references, {all} in all",
            name=result.name,
            all=result.references,
        )
    if result.balance:
        told = tr("{told}, {amount} on the account", told=told, amount=result.balance.available)
    ok(paper, told)
    next_step(paper, "smilepay shop latte --image FILE")


def show_catalogue(result: CatalogueResult, paper: Paper) -> None:
    """What is on sale, by seller."""
    table = Table()
    table.add_column(tr("item"), whole=True)
    table.add_column(tr("what"))
    table.add_column(tr("price"), right=True, whole=True)
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
        paper.line(tr("the catalogue is as it was"))
        return
    catalogue = result.catalogue
    items = trn(len(catalogue.items), "{count} item", "{count} items")
    sellers = trn(len(catalogue.sellers), "{count} seller", "{count} sellers")
    fees = sorted({seller.fee_bp for seller in catalogue.sellers.values()})
    ok(
        paper,
        tr(
            "the catalogue is changed: {items} of {sellers}, {fees} in fees",
            items=items,
            sellers=sellers,
            fees=" - ".join(map(percent, fees[:1] + fees[1:][-1:])),
        ),
    )
    for change in result.changes[:MOST_CHANGES]:
        before, after = (amount(price) if price else "" for price in (change.before, change.after))
        told = tr("new, {price}", price=after) if after else tr("gone, was {price}", price=before)
        if before and after:
            told = f"{before} → {after}"
        paper.line((f"  {change.item}: {told}", "dim"))
    if (more := len(result.changes) - MOST_CHANGES) > 0:
        paper.line((tr("  and {more} more", more=more), "dim"))
    next_step(paper, "smilepay shop")


def _references(count: int) -> str:
    return trn(count, "{count} reference", "{count} references")
