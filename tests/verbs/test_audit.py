"""The trail: complete, readable without keys, and any change to it shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from smilepay_cli.verbs.audit import Asked, listed, of_face, show
from smilepay_cli.verbs.verify import verify
from smilepay_cli.vocabulary.errors import ChainBroken, ExitStatus, UsageProblem
from tests.verbs.conftest import Scene


@pytest.fixture
def story(scene: Scene) -> Scene:
    """Enrolments, a payment, a refusal: five events."""
    scene.enroll("ann")
    scene.enroll("bob")
    scene.shop("ann")
    scene.pay("ann")
    scene.pay("stranger", amount="3", merchant="kiosk")
    return scene


def tamper(scene: Scene, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change the file behind the program's back: guards off, change, guards on again."""
    scene.store.close()
    connection = sqlite3.connect(scene.home / "wallet.db")
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    change(connection)
    for _, sql in guards:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_untouched_trail_verifies_without_any_key(story: Scene) -> None:
    """An auditor needs the file, not the secrets."""
    (story.home / "master.key").unlink()
    result = verify(story.till())
    assert (result.count, result.transactions) == (5, 3)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE events SET body = replace(body, 'no_match', 'no_matsh') WHERE seq = 5", "event 5"),
        ("UPDATE events SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 2", "event 2"),
        ("UPDATE events SET body = 'junk' WHERE seq = 3", "event 3"),
        ("UPDATE events SET body = CAST(x'FF' AS TEXT) WHERE seq = 3", "event 3"),
        ("DELETE FROM events WHERE seq = 2", "event 2"),
        ("DELETE FROM events WHERE seq = 1", "event 1"),
        ("UPDATE events SET seq = 50 WHERE seq = 5", "event 5"),
        ("DELETE FROM events WHERE seq > 3", "has no event"),
        ("UPDATE postings SET amount_minor = amount_minor * 2", "is not what event"),
        ("UPDATE transactions SET event_id = (SELECT id FROM events WHERE seq = 5)", "is not what event"),
        ("UPDATE accounts SET currency = 'USD'; UPDATE postings SET currency = 'USD'", "is not what event"),
    ],
)
def test_a_change_is_named(story: Scene, sql: str, named: str) -> None:
    """Exit 31, and the first thing that is wrong."""
    tamper(story, lambda connection: connection.executescript(sql))
    with pytest.raises(ChainBroken, match=named):
        verify(story.till())


def test_a_transaction_taken_away_is_missed(story: Scene) -> None:
    """An event tells of it."""

    def remove(connection: sqlite3.Connection) -> None:
        (last,) = connection.execute("SELECT id FROM transactions ORDER BY seq DESC LIMIT 1").fetchone()
        connection.execute("DELETE FROM resolutions WHERE transaction_id = ?", (last,))
        connection.execute("DELETE FROM postings WHERE transaction_id = ?", (last,))
        connection.execute("DELETE FROM transactions WHERE id = ?", (last,))

    tamper(story, remove)
    with pytest.raises(ChainBroken, match="not in the ledger"):
        verify(story.till())


def test_every_byte_of_every_event_counts(story: Scene) -> None:
    """Each byte of each body and hash changed in turn; the count is what was tried."""
    story.store.close()
    connection = sqlite3.connect(story.home / "wallet.db", isolation_level=None)
    connection.execute("DROP TRIGGER events_no_update")
    rows = connection.execute("SELECT seq, hash, body FROM events").fetchall()
    tried = 0
    for seq, digest, body in rows:
        for column, text in (("hash", digest), ("body", body)):
            data = text.encode()
            for place in range(len(data)):
                changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
                connection.execute(f"UPDATE events SET {column} = CAST(? AS TEXT) WHERE seq = ?", (changed, seq))
                with pytest.raises(ChainBroken, match=f"event {seq}"):
                    verify(story.till())
                tried += 1
            connection.execute(f"UPDATE events SET {column} = ? WHERE seq = ?", (text, seq))
        if seq == 2:
            break
    connection.close()
    assert tried == sum(len(digest) + len(body.encode()) for _, digest, body in rows[:2])


def test_guards_that_are_gone_are_reported(story: Scene) -> None:
    """A wallet whose triggers were dropped is not trusted, even if nothing else was changed yet."""
    story.store.close()
    connection = sqlite3.connect(story.home / "wallet.db")
    connection.execute("DROP TRIGGER postings_no_delete")
    connection.commit()
    connection.close()
    with pytest.raises(ChainBroken, match="postings_no_delete"):
        verify(story.till())


def test_a_guard_that_guards_nothing_is_reported(story: Scene) -> None:
    """A trigger of the same name that does nothing is no guard."""
    story.store.close()
    connection = sqlite3.connect(story.home / "wallet.db")
    connection.execute("DROP TRIGGER postings_no_delete")
    connection.execute("CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT 1; END")
    connection.commit()
    connection.close()
    with pytest.raises(ChainBroken, match="postings_no_delete"):
        verify(story.till())


def test_a_face_sees_its_own_events_only(story: Scene) -> None:
    """`audit --image`: those of the person shown, refusals included."""
    story.pay("ann", source=story.selfie("ann", smile=False), amount="3", merchant="kiosk")
    result = of_face(story.till(), story.selfie("ann"))
    accounts = {event.body["account"] for event in result.found}
    assert result.of == "ann" and len(accounts) == 1
    assert [event.body["command"] for event in result.found] == ["pay", "pay", "shop", "enroll"]
    assert set(result.names.values()) == {"ann"}


def test_a_stranger_sees_nothing(story: Scene) -> None:
    """No match, no events, but one of its own."""
    result = of_face(story.till(), story.selfie("stranger"))
    assert result.exit is ExitStatus.NO_MATCH and result.found == ()
    assert story.events()[-1]["command"] == "audit"


def test_events_are_listed_newest_first_and_filtered(story: Scene) -> None:
    """By account and by outcome."""
    assert [event.seq for event in listed(story.till()).found] == [5, 4, 3, 2, 1]
    assert [event.seq for event in listed(story.till(), account="bob").found] == [2]
    assert [event.seq for event in listed(story.till(), Asked(outcome="refused")).found] == [5]


def test_one_event_is_found_by_id_and_by_number(story: Scene) -> None:
    """Both are what people have at hand."""
    event = listed(story.till()).found[1]
    assert show(story.till(), event.id).event == event == show(story.till(), "4").event
    assert show(story.till()).event.seq == 5
    with pytest.raises(UsageProblem):
        show(story.till(), "evt_none")


def test_an_event_holds_what_the_contract_names(story: Scene) -> None:
    """Digests, engine, policy and numbers, dissimilarity, runner-up, margin, smile, decision, ledger ids."""
    body = show(story.till(), "4").event.body
    assert body["decision"]["accepted"] is True
    assert {"dissimilarity", "runner_up", "margin", "dissimilarity_max"} <= set(body["decision"])
    assert body["policy"]["name"] == "standard" and body["policy"]["dissimilarity_max"] == 0.5
    assert {"name", "maker", "encoder", "scheme"} <= set(body["engine"])
    assert "sha256:" in body["engine"]["landmarks"], "the model that the smile was judged by"
    assert all(len(digest) == 64 for digest in body["frames"]) and body["frames"]
    assert [check["name"] for check in body["checks"]] == [
        "input", "policy_floor", "lockout", "capture", "replay", "gallery", "slot", "one_person", "match", "smile",
        "deny_cues", "policy_floor", "lockout", "replay_again", "newest_order", "payment_limit", "currency",
        "daily_limit", "pin", "funds",
    ]  # fmt: skip
    assert body["ledger"]["payment"] == body["payment"] and body["order"]
    smile = next(check for check in body["checks"] if check["name"] == "smile")
    assert smile["figures"]["z"] >= -0.24
