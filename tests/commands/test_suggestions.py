"""What is suggested for a word that is not known; and to whom nothing is."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Shell


@pytest.fixture
def people(shell: Shell) -> Shell:
    """Two people; ann paid once, has something on hold, and an open order."""
    shell.enroll("linda")
    shell.enroll("Zoë Bar")
    assert shell.pay("linda").exit == 0
    assert shell.pay("linda", "--hold").exit == 0
    assert shell("shop", "stamp", "--image", shell.selfie("linda")).exit == 0
    return shell


@pytest.mark.parametrize(
    ("arguments", "suggested"),
    [
        (("accounts", "show", "linad"), "linda"),
        (("accounts", "forget", "Zoe Bar"), "Zoë Bar"),
        (("accounts", "pin", "lindaa", "--remove"), "linda"),
        (("accounts", "unlock", "linad"), "linda"),
        (("wallet", "balance", "linad"), "linda"),
        (("wallet", "deposit", "kiosc", "5"), "kiosk"),
        (("wallet", "limits", "linad"), "linda"),
        (("audit", "--account", "linad"), "linda"),
        (("audit", "--reason", "no_mach"), "no_match"),
        (("audit", "show", "evt_003"), "evt_0003"),
        (("audit", "rescore", "evt_003"), "evt_0003"),
        (("wallet", "refund", "pay_001"), "pay_0001"),
        (("wallet", "capture", "pay0002"), "pay_0002"),
        (("wallet", "void", "PAY_0002"), None),
        (("policy", "floor", "standrad"), "standard"),
        (("pay", "--policy", "standrad"), "standard"),
        (("forge", "x", "--out", "y", "--species", "morf"), "morph"),
        (("shop", "stmap"), "stamp"),
        (("accounts", "show", "nobody at all"), None),
        (("audit", "show", "evt_none"), None),
        (("wallet", "refund", "pay_none"), None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_near_is_suggested(people: Shell, arguments: tuple[str, ...], suggested: str | None) -> None:
    """To whoever manages the wallet; and nothing where nothing is near."""
    answer = people(*arguments, "--json")
    assert answer.exit == 2
    hint = answer.envelope["data"]["hint"]
    assert (f"did you mean '{suggested}'" in hint) if suggested else ("did you mean" not in hint)


def test_an_order_is_suggested_to_who_knew_its_id_but_for_a_letter(people: Shell) -> None:
    """It names nobody, and paying it still takes the face of whose it is."""
    selfie = people.selfie("linda")
    assert "did you mean 'ord_0001'" in people("pay", "ord_001", "--image", selfie).stderr
    assert "did you mean" not in people("pay", "ord_", "--image", selfie).stderr


@pytest.mark.parametrize("claimed", ["linad", "lind", "LINDAA", "Zoe Bar", "Zoë"])
def test_at_the_till_nobody_learns_who_else_is_a_customer(people: Shell, claimed: str) -> None:
    """Whoever claims a name has not been recognised: neither the line, nor JSON, nor the event has another's name."""
    selfie = people.selfie("stranger")
    pay = ("pay", "--amount", "1", "--merchant", "kiosk", "--account", claimed, "--image", selfie)
    for arguments in (pay, ("shop", "stamp", "--account", claimed, "--image", selfie)):
        for more in ((), ("--json",)):
            answer = people(*arguments, *more)
            assert answer.exit == 2
            told = answer.stdout + answer.stderr
            assert f"no account named '{claimed}'" in told and "did you mean" not in told
            assert not any(name in told.replace(f"'{claimed}'", "") for name in ("linda", "Zoë"))
