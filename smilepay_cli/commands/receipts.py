"""Receipts as files: the place is looked at before anybody pays, and what cannot be written then undoes no payment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import SmilepayError, UsageProblem
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.render.receipt_files import Receipt
    from smilepay_cli.verbs.pay import PayResult
    from smilepay_cli.verbs.receipts import ReceiptResult


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A place where a receipt can be written."""

    call: Call
    path: str

    def of_payment(self, result: PayResult) -> PayResult:
        """The result of a payment with its receipt written. Where that fails the payment stands, with a warning."""
        if result.refusal or result.payment is None:
            return result
        payment = result.payment
        try:
            from smilepay_cli.render.receipt_files import Receipt

            left = result.balance.available if result.balance else None
            return replace(result, receipt=self._written(Receipt(payment, result.order, result.merchants, left)))
        except (Exception, KeyboardInterrupt) as error:  # the money has moved: that is what has to be told
            reason = error.message if isinstance(error, SmilepayError) else f"{type(error).__name__}: {error}"
            self.call.warnings.append(
                tr(
                    "the payment stands, but its receipt was not written: {reason}; again: smilepay wallet receipt "
                    "{payment} --out FILE",
                    reason=reason,
                    payment=payment.hold.id,
                )
            )
            return result

    def of_earlier(self, result: ReceiptResult) -> ReceiptResult:
        """The same for a payment of before. Raises UsageProblem."""
        from smilepay_cli.render.receipt_files import Receipt

        return replace(result, file=self._written(Receipt(result.payment, result.order, result.merchants)))

    def _written(self, receipt: Receipt) -> str:
        from smilepay_cli.render.receipt_files import FORMS

        write = FORMS[_suffix(self.path)]
        return self.call.outbox.write_new(self.path, [write(receipt).encode("utf-8", "backslashreplace")])


def receipt_file(call: Call, path: str) -> ReceiptFile:
    """A place that a receipt can be written to, as far as can be told now. Raises UsageProblem."""
    from smilepay_cli.render.receipt_files import FORMS

    if _suffix(path) not in FORMS:
        raise UsageProblem(
            tr("a receipt is a text, a picture or a page, and {path} is none", path=path),
            hint=tr("end its name with .txt, .svg or .html"),
        )
    call.outbox.require_new(path)
    return ReceiptFile(call, path)


def _suffix(path: str) -> str:
    return PurePath(path).suffix.lower()
