"""The start page. It fits a terminal of 80 columns and 24 lines, and is written without Rich on a terminal too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.glimpses import MOST_TOLD, WalletState
from smilepay_cli.vocabulary.language import marked, tr, trn

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.start import StartResult

_HEAD = (
    marked("smilepay: Smile to Pay, simulated in a terminal."),
    marked("A test bench, not an authentication product."),
)
_WAY = (
    ("smilepay demo", marked("the whole story on sample faces")),
    ("smilepay enroll NAME --image FILE", marked("enrol a face")),
    ("smilepay shop ITEM --image FILE", marked("be recognised, open an order")),
    ("smilepay pay --image FILE", marked("pay it with a smile")),
    ("smilepay audit", marked("see what happened")),
    ("smilepay wallet", marked("see what is on the accounts")),
)
_WIDEST = max(len(command) for command, _ in _WAY)


def show_start(result: StartResult, paper: Paper) -> None:
    """What could be done next comes first."""
    head = [*map(tr, _HEAD), ""]
    where = [_where(result), ""] if result.wallet is WalletState.READY and result.enrolled else []
    steps = [line for step in result.next for line in (f"  {step.command}", f"      {step.why}")]
    way = [f"  {command:{_WIDEST}}    {tr(why)}" for command, why in _WAY]
    end = tr("All commands: smilepay --help. With examples: smilepay COMMAND --help.")
    lines = [*head, *where, tr("Next:"), "", *steps, "", tr("The whole way:"), "", *way, "", end]
    paper.verbatim("\n".join(lines))


def _where(result: StartResult) -> str:
    people = trn(result.enrolled, "{count} person is enrolled.", "{count} people are enrolled.")
    orders = trn(result.open_orders, "{count} order is open.", "{count} orders are open.")
    if result.open_orders >= MOST_TOLD:
        orders = tr("{count:,} orders are open, or more.", count=result.open_orders)
    return tr("{people} {orders}", people=people, orders=orders)
