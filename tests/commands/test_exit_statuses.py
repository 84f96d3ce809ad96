"""One reproducer for each exit status of the table that can occur, as text and as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from importlib.resources import files

import jsonschema
import pytest

from smilepay_cli.commands import perform
from smilepay_cli.vocabulary.errors import MEANING, ExitStatus, Reason
from tests.commands.conftest import Answer, Shell

SCHEMA = json.loads(files("smilepay_cli").joinpath("schemas/envelope.json").read_text(encoding="utf-8"))


def done(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    return shell.pay("ann", *more)


def internal(shell: Shell, *more: str) -> Answer:
    shell.faults = {"detect": RuntimeError("boom")}
    return shell("pay", "--amount", "1", "--merchant", "kiosk", "--image", shell.selfie("ann"), *more)


def usage(shell: Shell, *more: str) -> Answer:
    return shell("pay", "--amount", "three", "--merchant", "kiosk", "--image", shell.selfie("ann"), *more)


def no_match(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    return shell.pay("stranger", *more)


def ambiguous(shell: Shell, *more: str) -> Answer:
    policy = shell.folder / "wide.toml"
    policy.write_text("margin = 1.9\n")
    shell.enroll("ann")
    shell.enroll("bob")
    return shell.pay("ann", "--policy", str(policy), *more)


def not_acquired(shell: Shell, *more: str) -> Answer:
    return shell("pay", "--amount", "1", "--merchant", "kiosk", "--image", shell.nobody(), *more)


def attack_suspected(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    selfie = shell.selfie("ann")
    shell("pay", "--amount", "1", "--merchant", "kiosk", "--image", selfie)
    return shell("pay", "--amount", "1", "--merchant", "kiosk", "--image", selfie, *more)


def locked_out(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    for _ in range(5):
        shell.pay("stranger")
    return shell.pay("ann", *more)


def insufficient_funds(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    return shell("wallet", "withdraw", "ann", "100.01", *more)


def key_reused(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    shell.pay("ann", "--idempotency-key", "k")
    return shell.pay("ann", "--idempotency-key", "k", *more, amount="4")


def wrong_state(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    return shell("pay", "--image", shell.selfie("ann"), *more)


def over_limit(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann", deposit="1000")
    return shell.pay("ann", *more, amount="500.01")


def chain_broken(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    connection = sqlite3.connect(shell.home / "wallet.db")
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("UPDATE events SET body = replace(body, 'done', 'dome')")
    connection.commit()
    connection.close()
    return shell("audit", "verify", *more)


def store_unusable(shell: Shell, *more: str) -> Answer:
    shell.enroll("ann")
    (shell.home / "wallet.db").write_bytes(b"this is no database" * 1000)
    return shell("wallet", "balance", *more)


REPRODUCERS: dict[ExitStatus, Callable[..., Answer]] = {
    ExitStatus.DONE: done,
    ExitStatus.INTERNAL: internal,
    ExitStatus.USAGE: usage,
    ExitStatus.NO_MATCH: no_match,
    ExitStatus.AMBIGUOUS: ambiguous,
    ExitStatus.NOT_ACQUIRED: not_acquired,
    ExitStatus.ATTACK_SUSPECTED: attack_suspected,
    ExitStatus.LOCKED_OUT: locked_out,
    ExitStatus.INSUFFICIENT_FUNDS: insufficient_funds,
    ExitStatus.KEY_REUSED: key_reused,
    ExitStatus.WRONG_STATE: wrong_state,
    ExitStatus.OVER_LIMIT: over_limit,
    ExitStatus.CHAIN_BROKEN: chain_broken,
    ExitStatus.STORE_UNUSABLE: store_unusable,
}


@pytest.mark.parametrize("status", REPRODUCERS, ids=lambda status: status.name.lower())
def test_the_exit_status_and_its_line(shell: Shell, status: ExitStatus) -> None:
    """For people: the right status, the reason on standard error, never a traceback."""
    answer = REPRODUCERS[status](shell)
    assert answer.exit == status
    if status is ExitStatus.DONE:
        assert answer.stderr == ""
        return
    assert answer.stdout == ""
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) <= 2, "one line that says what is wrong, one what to do"


@pytest.mark.parametrize("status", REPRODUCERS, ids=lambda status: status.name.lower())
def test_the_envelope_says_the_same(shell: Shell, status: ExitStatus) -> None:
    """For machines: exactly one document, valid by the schema that ships, and nothing on standard error."""
    answer = REPRODUCERS[status](shell, "--json")
    jsonschema.validate(answer.envelope, SCHEMA)
    assert answer.envelope["exit"] == answer.exit == status
    assert answer.stderr == ""


def test_interrupted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is 130 and says so."""
    shell.enroll("ann")
    shell.faults = {"detect": KeyboardInterrupt()}
    answer = shell.pay("ann")
    assert answer.exit == ExitStatus.INTERRUPTED and "interrupted" in answer.stderr
    shell.faults = {}
    assert shell("wallet", "balance", "ann").stdout.startswith("ann: 100.00 EUR")
    assert shell("audit", "verify").exit == 0


def test_every_status_is_documented_and_those_that_can_occur_have_a_reproducer() -> None:
    """30 comes with the harnesses (demo has its own test), 130 is above."""
    assert set(MEANING) == set(ExitStatus)
    assert set(REPRODUCERS) | {ExitStatus.EXPECTATION_FAILED, ExitStatus.INTERRUPTED} == set(ExitStatus)


def test_every_reason_has_an_exit_status() -> None:
    """A refusal can never end as success."""
    for reason in Reason:
        assert reason.exit in ExitStatus and reason.exit is not ExitStatus.DONE


def test_an_unforeseen_error_is_one_line_and_exit_1(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours says where to report it."""
    monkeypatch.setattr("smilepay_cli.verbs.wallet.balance", lambda *_: 1 / 0)
    answer = shell("wallet", "balance")
    assert answer.exit == ExitStatus.INTERNAL
    assert "ZeroDivisionError" in answer.stderr and perform.INTERNAL_HINT in answer.stderr
