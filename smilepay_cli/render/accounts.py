"""Accounts for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.paper import Paper, Table
from smilepay_cli.render.text import amount, moment, plural

if TYPE_CHECKING:
    from smilepay_cli.verbs.accounts import AccountResult, AccountsResult, ChangeResult, LookalikesResult


def show_accounts(result: AccountsResult, paper: Paper) -> None:
    """Who is enrolled."""
    if not result.accounts:
        paper.line("nobody is enrolled yet")
        next_step(paper, "smilepay enroll NAME --image FILE --deposit 100")
        return
    table = Table()
    table.add_column("name")
    table.add_column("enrolled", whole=True)
    table.add_column("references", right=True)
    table.add_column("PIN")
    table.add_column("available", right=True, whole=True)
    for account in result.accounts:
        table.add_row(
            account.name,
            moment(account.enrolled_at),
            str(account.references),
            "yes" if account.has_pin else "no",
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
    table.add_row("name", account.name)
    table.add_row("account", account.account_id)
    table.add_row("enrolled", moment(account.enrolled_at))
    table.add_row("references", str(account.references))
    table.add_row("PIN", "set" if account.has_pin else "not set")
    table.add_row("available", amount(account.balance.available))
    if account.balance.held.minor:
        table.add_row("set aside", amount(account.balance.held))
    paper.console.print(table)
    if result.open_order:
        paper.console.print(f"open order {result.open_order.id}")
        paper.console.print(order_table(result.open_order))


def show_lookalikes(result: LookalikesResult, paper: Paper) -> None:
    """Who would be ambiguous with whom."""
    if not result.pairs:
        ok(paper, f"no two of {plural(result.people, 'person', 'people')} look too much alike")
        return
    table = Table()
    table.add_column("one")
    table.add_column("other")
    table.add_column("dissimilarity", right=True)
    table.add_column("what follows")
    for one, other, distance in result.pairs:
        same = distance <= result.dissimilarity_max
        table.add_row(one, other, f"{distance:.3f}", "each could pass for the other" if same else "ambiguous at times")
    paper.table(table)


def show_change(result: ChangeResult, paper: Paper) -> None:
    """A change to an account or a terminal."""
    name = result.done_to
    if result.verb == "forget":
        paid = f"; {amount(result.paid_out)} paid out" if result.paid_out and result.paid_out.minor else ""
        ok(paper, f"{name} is forgotten: name, key, PIN and references are destroyed{paid}")
        if result.frames_of_nobody:
            gone = plural(result.frames_of_nobody, "kept frame")
            paper.line((f"  {gone} of people who were not recognised went too: one may have shown {name}", "dim"))
    elif result.verb == "unlock":
        ok(paper, f"unlocked: {name}")
    else:
        ok(paper, f"the PIN of {name} is {'set' if result.verb == 'pin' else 'removed'}")
