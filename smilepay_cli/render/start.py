"""The start page. It fits a terminal of 80 columns and 24 lines, and is written without Rich on a terminal too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.glimpses import MOST_TOLD, WalletState

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.start import StartResult

_HEAD = """\
smilepay: Smile to Pay, simulated in a terminal.
A test bench, not an authentication product.
"""
_WAY = """\
The whole way:

  smilepay demo                        the whole story on sample faces
  smilepay enroll NAME --image FILE    enrol a face
  smilepay shop ITEM --image FILE      be recognised, open an order
  smilepay pay --image FILE            pay it with a smile
  smilepay audit                       see what happened
  smilepay wallet                      see what is on the accounts

All commands: smilepay --help. With examples: smilepay COMMAND --help."""


def show_start(result: StartResult, paper: Paper) -> None:
    """What could be done next comes first."""
    where = [f"{_where(result)}\n"] if result.wallet is WalletState.READY and result.enrolled else []
    steps = "".join(f"  {step.command}\n      {step.why}\n" for step in result.next)
    paper.verbatim("\n".join((_HEAD, *where, f"Next:\n\n{steps}", _WAY)))


def _where(result: StartResult) -> str:
    enrolled, orders = result.enrolled, result.open_orders
    people_told = "1 person is enrolled." if enrolled == 1 else f"{enrolled:,} people are enrolled."
    orders_told = "1 order is open." if orders == 1 else f"{orders:,} orders are open."
    if orders >= MOST_TOLD:
        orders_told = f"{orders:,} orders are open, or more."
    return f"{people_told} {orders_told}"
