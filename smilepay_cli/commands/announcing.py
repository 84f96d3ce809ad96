"""Before anybody is asked for a face, a person at a terminal is told what for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.commands.environment import is_terminal
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.verbs.pay import PayRequest


def announce(call: Call, request: PayRequest, *, was_said: bool = False) -> None:
    """Say what is about to be paid and to whom, unless that was said before, and have it shown in the live view.

    People only: nothing with --json and --quiet, and nothing where standard error is no terminal.
    """
    if call.shared.json or call.shared.quiet or not is_terminal(call.environment.stderr):
        return
    from smilepay_cli.render.text import all_of
    from smilepay_cli.verbs.bill import bill_of, has_open_order

    bill = bill_of(call.till, request)
    if bill is not None:
        merchants = all_of(bill.merchants)
        if not was_said:
            call.say(tr("about to pay {amount} to {merchants}", amount=bill.amount, merchants=merchants))
        call.bill.append(tr("Pay {amount} to {merchants}", amount=bill.amount, merchants=merchants))
        return
    names_nothing = not (request.order_id or request.amount or request.merchant or request.key)
    if names_nothing and has_open_order(call.till):
        call.say(tr("about to pay your newest open order; the receipt tells the amount"))
        call.bill.append(tr("Pay your newest open order"))
