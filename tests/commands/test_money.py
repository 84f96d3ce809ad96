"""Money as people read it: statements with fees, what has expired, payouts."""

from __future__ import annotations

from tests.commands.conftest import Shell


def test_a_merchants_money_from_payment_to_payout(shell: Shell) -> None:
    """Gross, fee and net can be read off, and what is left after the payout is nothing."""
    shell.enroll("ann")
    assert shell.pay("ann", amount="50").exit == 0
    refund = shell("wallet", "refund", "pay_0001", "20")
    assert "20.00 EUR of payment pay_0001 given back, of which 0.12 EUR were fees" in refund.stdout
    shown = shell("wallet", "statement", "kiosk").stdout
    for words in ("payment from ann", "+49.70 EUR", "50.00 EUR less 0.30 EUR fee", "refund to ann", "-19.88 EUR",
                  "20.00 EUR less 0.12 EUR fee", "available: 29.82 EUR"):  # fmt: skip
        assert words in shown, shown
    assert shell("wallet", "withdraw", "kiosk", "29.83").exit == 20
    assert "now 0.00 EUR" in shell("wallet", "withdraw", "kiosk", "29.82").stdout
    balances = shell("wallet", "balance").stdout
    assert balances.splitlines()[-2].split() == ["fees", "fees", "0.18", "EUR", "0.18", "EUR"]
    assert shell("audit", "verify").exit == 0


def test_the_payers_statement_has_no_fees(shell: Shell) -> None:
    """They are between the seller and whoever takes them."""
    shell.enroll("ann")
    shell.pay("ann", amount="50")
    shown = shell("wallet", "statement", "ann").stdout
    assert "payment to kiosk" in shown and "fee" not in shown


def test_json_has_gross_and_fee(shell: Shell) -> None:
    """Minor units, for scripts; null where no seller is paid."""
    shell.enroll("ann")
    shell.pay("ann", amount="50")
    (line,) = shell("wallet", "statement", "kiosk", "--json").envelope["data"]["lines"]
    assert [line[part]["minor"] for part in ("gross", "fee", "amount")] == [5_000, 30, 4_970]
    assert shell("wallet", "statement", "ann", "--json").envelope["data"]["lines"][0]["fee"] is None


def test_what_has_expired_is_told_as_expired(shell: Shell) -> None:
    """Not as money that is set aside, nor as something that was paid."""
    shell.enroll("ann")
    hold = ("--hold", "--idempotency-key", "k")
    assert shell.pay("ann", *hold).exit == 0
    assert "set aside: 3.00 EUR for kiosk until" in shell("wallet", "statement", "ann").stdout
    shell.clock.advance(days=7, seconds=1)
    shown = shell("wallet", "statement", "ann").stdout
    assert "expired: 3.00 EUR for kiosk, free again since" in shown and "set aside" not in shown
    again = shell.pay("ann", *hold)
    assert "authorized before with this key: 3.00 EUR, payment pay_0001, expired" in again.stdout
    assert shell("wallet", "capture", "pay_0001").exit == 22


def test_a_limit_is_told_in_the_payers_currency(shell: Shell) -> None:
    """With all its decimals, however fine somebody wrote it."""
    shell.enroll("ann")
    policy = shell.folder / "p.toml"
    policy.write_text('payment_max = "1.125"\n')
    over = shell.pay("ann", "--policy", str(policy), "--json").envelope
    assert over["reason"] == "over_payment_limit" and "the limit of 1.125 EUR" in over["data"]["message"]
    assert "1.125 EUR" in shell("wallet", "limits", "ann", "--policy", str(policy)).stdout
