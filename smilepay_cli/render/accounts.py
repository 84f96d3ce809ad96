"""Accounts for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper, Table
from smilepay_cli.render.text import amount, moment
from smilepay_cli.vocabulary.language import tr, trn

if TYPE_CHECKING:
    from smilepay_cli.verbs.accounts import AccountResult, AccountsResult, ChangeResult, LookalikesResult


def show_accounts(result: AccountsResult, paper: Paper) -> None:
    """Who is enrolled."""
    if not result.accounts:
        paper.line(tr("nobody is enrolled yet"))
        next_step(paper, "smilepay enroll NAME --image FILE --deposit 100")
        return
    table = Table()
    table.add_column(tr("name"))
    table.add_column(tr("enrolled"), whole=True)
    table.add_column(tr("references"), right=True)
    table.add_column(tr("PIN"))
    table.add_column(tr("available"), right=True, whole=True)
    for account in result.accounts:
        table.add_row(
            account.name,
            moment(account.enrolled_at),
            str(account.references),
            tr("yes") if account.has_pin else tr("no"),
            amount(account.balance.available),
        )
    paper.table(table)


def show_account(result: AccountResult, paper: Paper) -> None:
    """One person."""
    from rich.table import Table

    from smilepay_cli.render.receipt import order_table

    account = result.account
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column()
    table.add_row(tr("name"), account.name)
    table.add_row(tr("account"), account.account_id)
    table.add_row(tr("enrolled"), moment(account.enrolled_at))
    table.add_row(tr("references"), str(account.references))
    table.add_row(tr("PIN"), tr("set") if account.has_pin else tr("not set"))
    table.add_row(tr("available"), amount(account.balance.available))
    if account.balance.held.minor:
        table.add_row(tr("set aside"), amount(account.balance.held))
    paper.console.print(table)
    if result.open_order:
        paper.console.print(tr("open order {open_order}", open_order=result.open_order.id))
        paper.console.print(order_table(result.open_order))


def show_lookalikes(result: LookalikesResult, paper: Paper) -> None:
    """Who would be ambiguous with whom."""
    if not result.pairs:
        ok(
            paper,
            trn(
                result.people,
                "no two of {count} person look too much alike",
                "no two of {count} people look too much alike",
            ),
        )
        return
    table = Table()
    table.add_column(tr("one"))
    table.add_column(tr("other"))
    table.add_column(tr("dissimilarity"), right=True)
    table.add_column(tr("what follows"))
    for one, other, distance in result.pairs:
        same = distance <= result.dissimilarity_max
        table.add_row(
            one, other, f"{distance:.3f}", tr("each could pass for the other") if same else tr("ambiguous at times")
        )
    paper.table(table)


def show_change(result: ChangeResult, paper: Paper) -> None:
    """A change to an account or a terminal."""
    name = result.done_to
    if result.verb == "forget":
        gone = tr("{name} is forgotten: name, key, PIN and references are destroyed", name=name)
        if result.paid_out and result.paid_out.minor:
            gone = tr("{gone}; {amount} paid out", gone=gone, amount=result.paid_out)
        ok(paper, gone)
        if result.frames_of_nobody:
            paper.line(
                (
                    trn(
                        result.frames_of_nobody,
                        "  {count} kept frame of people who were not recognised went too: one may have shown {name}",
                        "  {count} kept frames of people who were not recognised went too: one may have shown {name}",
                        name=name,
                    ),
                    "dim",
                )
            )
    elif result.verb == "unlock":
        ok(paper, tr("unlocked: {name}", name=name))
    else:
        ok(
            paper,
            tr("the PIN of {name} is set", name=name)
            if result.verb == "pin"
            else tr("the PIN of {name} is removed", name=name),
        )
