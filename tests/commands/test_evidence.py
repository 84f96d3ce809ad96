"""`audit checkpoint`, `verify`, `export` and `report` as they are typed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.commands.conftest import Shell
from tests.verbs.forgery import Forger


@pytest.fixture
def wallet(shell: Shell) -> Shell:
    shell.enroll("ann")
    assert shell.pay("ann").exit == 0
    assert shell.pay("stranger").exit == 10
    return shell


def test_a_checkpoint_and_its_proof(wallet: Shell) -> None:
    """The whole way: sign, keep file and fingerprint, verify; then somebody rewrites the wallet, and it is 31."""
    kept = wallet.folder / "kept.json"
    signed = wallet("audit", "checkpoint", "--out", str(kept))
    assert signed.exit == 0 and str(kept) in signed.stdout and "write the fingerprint down" in signed.stdout
    document = wallet("audit", "checkpoint", "--json").envelope
    key = document["data"]["fingerprint"]
    assert key in signed.stdout and document["data"]["new_key"] is False and document["events"]
    proof = ("audit", "verify", "--checkpoint", str(kept), "--key", key)
    held = wallet(*proof)
    assert held.exit == 0 and "the checkpoint of" in held.stdout and "proves nothing" not in held.stdout
    assert "proves nothing" in wallet(*proof[:-2]).stdout
    forger = Forger(wallet.home)
    with forger.unguarded() as db:
        db.execute("DELETE FROM events WHERE seq > 2")
        db.execute("DELETE FROM presentations WHERE event_id = 'evt_0003'")
    forger.db.close()
    assert wallet("audit", "verify").exit == 0, "hashes alone do not show a trail cut where no money moved"
    broken = wallet(*proof, "--json")
    assert broken.exit == 31 and broken.envelope["reason"] == "chain_broken"
    assert "the trail was cut" in broken.envelope["data"]["message"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("verify", "--key", "ab" * 32), "none was given"),
        (("verify", "--checkpoint", "missing.json"), "missing.json cannot be read"),
        (("verify", "--checkpoint", "."), ". cannot be read: Is a directory"),
        (("verify", "--checkpoint", "{wallet}"), "is larger than"),
        (("verify", "--checkpoint", "{junk}"), "is no checkpoint: it is not JSON"),
        (("verify", "--checkpoint", "{junk}", "--key", "abcd"), "the whole fingerprint"),
        (("checkpoint", "--out", "{junk}"), "not written over"),
        (("checkpoint", "--out", "no/such/folder/x"), "cannot be written"),
        (("export", "--out", "{junk}"), "not written over"),
        (("export", "--json"), "--json and the document"),
        (("report", "--out", "-", "--json"), "--json and the document"),
        (("report", "--out", "{junk}"), "not written over"),
        (("list", "--since", "never"), "no point in time"),
        (("list", "--since", "today", "--until", "yesterday"), "is not before --until"),
        (("list", "--reason", "insufficient_fun"), "no event has the reason"),
        (("list", "--min-amount", "lots"), "is not an amount"),
        (("list", "--outcome", "won"), "won"),
    ],
)
def test_what_cannot_be_done_is_one_line(wallet: Shell, arguments: tuple[str, ...], says: str) -> None:
    """Exit 2, nothing written."""
    junk = wallet.folder / "junk"
    junk.write_text("junk")
    known = {"{wallet}": str(wallet.home / "wallet.db"), "{junk}": str(junk)}
    answer = wallet("audit", *(known.get(word, word) for word in arguments))
    assert answer.exit == 2 and says in answer.stdout + answer.stderr and answer.stderr.count("\n") <= 8
    assert junk.read_text() == "junk"


def test_an_export_to_standard_output_is_nothing_else(wallet: Shell) -> None:
    """So that it can be piped; people's words would break it."""
    lines = wallet("audit", "export").stdout.splitlines()
    assert [json.loads(line)["body"]["command"] for line in lines] == ["enroll", "pay", "pay"]
    assert wallet("audit", "export", "--format", "csv").stdout.startswith("number,id,at,")
    assert wallet("audit", "export", "--format", "beancount").stdout.startswith("; The books of")


def test_an_export_to_a_file_says_so(wallet: Shell) -> None:
    out = wallet.folder / "trail.csv"
    answer = wallet("audit", "export", "--format", "csv", "--out", str(out))
    assert "3 events in" in answer.stdout and out.read_text().count("\n") == 4
    told = wallet("audit", "export", "--format", "beancount", "--out", str(wallet.folder / "b"), "--json").envelope
    assert told["data"] == {
        "format": "beancount",
        "file": str(wallet.folder / "b"),
        "rows": 2,
        "check": f"bean-check {wallet.folder / 'b'}",
    }


def test_a_report_goes_into_the_home_or_where_it_is_told(wallet: Shell) -> None:
    """And says on the terminal too when the trail is broken."""
    told = wallet("audit", "report", "--json").envelope["data"]
    made = Path(told["file"])
    assert made.parent == wallet.home / "reports" and made.read_text().startswith("<!DOCTYPE html>")
    assert "rows" not in told and told["reasons"] == [["no_match", 1]]
    assert wallet("audit", "report", "--out", "-").stdout.rstrip().endswith("</html>")
    with sqlite3.connect(wallet.home / "wallet.db") as db:
        db.execute("DROP TRIGGER postings_no_update")
    db.close()
    answer = wallet("audit", "report")
    assert answer.exit == 0 and "the trail is not what was written" in answer.stdout


def test_the_list_is_narrowed_down(wallet: Shell) -> None:
    """Each filter on its own, and together."""

    def listed(*arguments: str) -> list[int]:
        return [event["seq"] for event in wallet("audit", "list", *arguments, "--json").envelope["data"]["found"]]

    assert listed() == [3, 2, 1]
    assert listed("--command", "pay") == [3, 2]
    assert listed("--command", "pay", "--outcome", "done") == [2]
    assert listed("--outcome", "failed") == []
    assert listed("--reason", "no_match") == [3]
    assert listed("--min-amount", "50") == [1] and listed("--max-amount", "50") == [3, 2]
    assert listed("--account", "ann", "--since", "1d", "--until", "today") == [2, 1]
    wallet.clock.advance(days=2)
    assert listed("--since", "1d") == [] and listed("--since", "3d", "--limit", "1") == [3]
    assert "nothing like that has happened" in wallet("audit", "--since", "1d").stdout


def test_a_face_may_narrow_down_its_own(wallet: Shell) -> None:
    """With a sample the filters hold too."""
    answer = wallet("audit", "--image", wallet.selfie("ann"), "--command", "enroll", "--json")
    assert [event["seq"] for event in answer.envelope["data"]["found"]] == [1]
