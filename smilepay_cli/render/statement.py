"""An account from near: its statement, and what may be spent from it."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from smilepay_cli.render.flow import next_step
from smilepay_cli.render.paper import Paper
from smilepay_cli.render.text import amount, in_currency, moment
from smilepay_cli.verbs.wallet import LimitsResult, StatementResult
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.ledger import FEES, Hold

_GAINED = {
    "deposit": marked("deposit from {others}"),
    "capture": marked("payment from {others}"),
    "refund": marked("refund from {others}"),
    "withdrawal": marked("withdrawal from {others}"),
}
_SPENT = {
    "deposit": marked("deposit to {others}"),
    "capture": marked("payment to {others}"),
    "refund": marked("refund to {others}"),
    "withdrawal": marked("withdrawal to {others}"),
}


_OURS = {"outside": marked("outside"), FEES: marked("fees")}
"""Accounts of nobody. All other names are people's and sellers', and no words to be translated."""


def _of_account(name: str) -> str:
    return tr(_OURS[name]) if name in _OURS else name


def show_statement(result: StatementResult, paper: Paper) -> None:
    """Every movement with the balance after it, then what is set aside."""
    if not (result.lines or result.holds or result.expired):
        paper.console.print(tr("nothing has moved on the account of {name} yet", name=result.name))
        next_step(paper, f"smilepay wallet deposit {result.name} 100")
        return
    table = Table(
        box=SIMPLE_HEAD, pad_edge=False, header_style="bold", title=tr("statement of {name}", name=result.name)
    )
    table.add_column(tr("when"), no_wrap=True)
    table.add_column(tr("what"), ratio=1)
    table.add_column(tr("amount"), justify="right", no_wrap=True)
    table.add_column(tr("balance"), justify="right", no_wrap=True)
    for line in result.lines:
        gained = line.amount.minor > 0
        what = Text(
            tr((_GAINED if gained else _SPENT)[line.transaction.kind], others=", ".join(map(_of_account, line.others)))
        )
        if line.transaction.hold_id:
            what.append(f"\n{line.transaction.hold_id}", style="dim")
        if line.gross is not None and line.fee is not None and line.fee.minor:
            gross, fee = (amount(-part if part.minor < 0 else part) for part in (line.gross, line.fee))
            what.append(tr("\n{gross} less {fee} fee", gross=gross, fee=fee), style="dim")
        moved = Text(amount(line.amount, sign=True), style="green" if gained else "")
        table.add_row(moment(line.transaction.at), what, moved, amount(line.balance))
    paper.rows(table)
    for hold in result.holds:
        paper.console.print(
            tr(
                "set aside: {of} until {expires_at} ({hold})",
                of=_of(hold),
                expires_at=moment(hold.expires_at),
                hold=hold.id,
            )
        )
    for hold in result.expired:
        paper.console.print(
            tr(
                "expired: {of}, free again since {expires_at} ({hold})",
                of=_of(hold),
                expires_at=moment(hold.expires_at),
                hold=hold.id,
            )
        )
    paper.console.print(Text.assemble(tr("available: "), (amount(result.balance.available), "bold")))


def _of(hold: Hold) -> str:
    return tr("{amount} for {sellers}", amount=hold.amount, sellers=", ".join(share.seller for share in hold.shares))


def show_limits(result: LimitsResult, paper: Paper) -> None:
    """What may be spent."""
    policy = result.policy
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(justify="right")
    for label, limit in (
        (tr("one payment, at most"), policy.payment_max),
        (tr("a day, at most"), policy.daily_max),
        (tr("PIN needed above"), policy.pin_above),
    ):
        table.add_row(label, tr("no limit") if limit is None else in_currency(limit, result.spent.currency))
    table.add_row(tr("spent in the last 24 hours"), amount(result.spent))
    table.add_row(tr("available"), amount(result.balance.available))
    paper.console.print(
        Text(tr("limits of {name} under policy {policy}", name=result.name, policy=policy.name), style="bold")
    )
    paper.console.print(table)
