"""Exports: others check them with tools of their own and come to our figures."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from smilepay_cli.rules.exports import COLUMNS
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.cash import deposit, withdraw
from smilepay_cli.verbs.export import ExportResult, export
from smilepay_cli.verbs.payments import capture, refund, void
from smilepay_cli.verbs.verify import verify
from smilepay_cli.vocabulary.errors import ChainBroken, SmilepayError
from tests.verbs.conftest import Scene
from tests.verbs.forgery import FORGED_BOOKS, Forger

BEAN_CHECK = Path(sys.executable).with_name("bean-check")
PEOPLE = ("ann", "bob", "cid", "dora")


def written(scene: Scene, form: str, path: Path) -> ExportResult:
    def write(chunks: Iterable[bytes]) -> str:
        path.write_bytes(b"".join(chunks))
        return str(path)

    return export(scene.till(), form, write)


def busy(scene: Scene, operations: int, seed: int) -> Counter[str]:
    """That many random operations through the real verbs; what they were, counted."""
    rng = random.Random(seed)  # noqa: S311 - the same operations every time
    payments: list[str] = []
    counts: Counter[str] = Counter()
    for person in PEOPLE:
        scene.enroll(person, deposit="900")
    for _ in range(operations - len(PEOPLE)):
        scene.clock.advance(minutes=rng.randrange(1, 90))
        person = rng.choice(PEOPLE)
        amount = f"{rng.randrange(1, 4000) / 100:.2f}"
        kind = rng.choices(
            ("pay", "hold", "shop", "order", "capture", "void", "refund", "deposit", "withdraw", "payout"),
            (8, 5, 4, 5, 4, 2, 4, 3, 2, 1),
        )[0]
        counts[kind] += 1
        with suppress(SmilepayError):  # no payment of that id, more than there is: it leaves an event or none
            if kind in ("pay", "hold"):
                paid = scene.pay(person, amount=amount, merchant=rng.choice(("kiosk", "cafe")), hold=kind == "hold")
                payments += [paid.payment.hold.id] if paid.payment else []
            elif kind == "shop":
                scene.shop(person, rng.choice(("latte", "cake", "paper")), "water")
            elif kind == "order":
                paid = scene.pay(person)
                payments += [paid.payment.hold.id] if paid.payment else []
            elif kind in ("capture", "refund"):
                verb = capture if kind == "capture" else refund
                verb(scene.till(), rng.choice(payments or ["none"]), rng.choice((None, amount)))
            elif kind == "void":
                void(scene.till(), rng.choice(payments or ["none"]))
            elif kind == "payout":
                withdraw(scene.till(), "kiosk", amount)
            else:
                (deposit if kind == "deposit" else withdraw)(scene.till(), person, amount)
    return counts


@pytest.fixture
def story(scene: Scene) -> Scene:
    busy(scene, 30, seed=1)
    return scene


def balances(scene: Scene) -> dict[str, tuple[int, str]]:
    with scene.store.reading() as books:
        sums = {account: minor for account, _, minor in books.facts.sums()}
        return {account: (sums.get(account, 0), currency) for account, _, currency in books.facts.accounts()}


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BEAN_CHECK, "--no-cache", str(path)], capture_output=True, text=True)


def test_a_thousand_random_operations_pass_bean_check_and_give_our_balances(scene: Scene, tmp_path: Path) -> None:
    """The independent check of the books: beancount adds everything up itself and asserts each balance to the cent."""
    counts = busy(scene, 1000, seed=2015)
    assert sum(counts.values()) == 1000 - len(PEOPLE) and len(counts) == 10 and min(counts.values()) > 5
    forget(scene.till(), "dora")
    path = tmp_path / "books.beancount"
    result = written(scene, "beancount", path)
    assert bean_check(path).returncode == 0, bean_check(path).stderr[:2000]
    text = path.read_text()
    ids = dict(re.findall(r'open (\S+) EUR\n  id: "([^"]+)"', text))
    told = {
        ids[name]: (int(-Decimal(amount) * 100), currency)
        for name, amount, currency in re.findall(r"balance (\S+)  (\S+) ~ 0.00 (EUR)", text)
    }
    assert told == balances(scene) and len(told) >= 7
    with scene.store.reading() as books:
        assert result.rows == books.facts.transaction_count() > 400
    assert not any(person in text for person in PEOPLE), "ids, no names"
    assert verify(scene.till()).transactions == result.rows


@pytest.mark.parametrize("what", ["balance", "posting"])
def test_bean_check_would_notice_a_cent(story: Scene, tmp_path: Path, what: str) -> None:
    """Its own tolerance would let a cent of a balance pass, so ours says that there is none."""
    path = tmp_path / "books.beancount"
    written(story, "beancount", path)
    text = path.read_text()
    line = re.search(r"balance Assets\S+  (\S+) ~" if what == "balance" else r"\n  Assets\S+  (\S+) EUR", text)
    assert line is not None
    changed = text[: line.start(1)] + str(Decimal(line[1]) + Decimal("0.01")) + text[line.end(1) :]
    path.write_text(changed)
    assert bean_check(path).returncode == 1


def test_an_empty_wallet_is_exported_too(scene: Scene, tmp_path: Path) -> None:
    for form in ("jsonl", "csv", "beancount"):
        assert written(scene, form, tmp_path / form).rows == 0
    assert (tmp_path / "jsonl").read_bytes() == b""
    assert bean_check((tmp_path / "beancount").rename(tmp_path / "b.beancount")).returncode == 0


def test_json_lines_prove_themselves_in_ten_lines(story: Scene, tmp_path: Path) -> None:
    """As docs/audit.md has it: standard library, nothing of ours, and it notices a changed byte."""
    path = tmp_path / "trail.jsonl"
    result = written(story, "jsonl", path)
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    script = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert script is not None and len(script[1].splitlines()) <= 12 and "smilepay" not in script[1]

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-c", script[1], str(path)]
        return subprocess.run(command, capture_output=True, text=True)

    head = verify(story.till()).head
    assert run().stdout.split() == [str(result.rows), head]
    data = path.read_bytes()
    for place in range(40, len(data), len(data) // 12):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert run().returncode != 0, place
    path.write_bytes(b"".join(data.splitlines(keepends=True)[1:]))
    assert run().returncode != 0, "the first line is gone"


def test_json_lines_are_json(story: Scene, tmp_path: Path) -> None:
    """For jq and the like, and byte for byte what the wallet holds."""
    path = tmp_path / "trail.jsonl"
    written(story, "jsonl", path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["body"] for line in lines] == story.events()
    assert all(len(line["hash"]) == 64 for line in lines)


def test_the_table_is_rfc_4180_and_harmless(scene: Scene, tmp_path: Path) -> None:
    """Read back by a CSV reader; what a spreadsheet would run as a formula is text."""
    hostile = '=HYPERLINK("http://x")'
    scene.enroll("ann")
    for terminal in (hostile, "+1", "-1", "@x", 'say "hi", twice', "Käse"):
        deposit(scene.till(terminal=terminal), "ann", "1")
    path = tmp_path / "trail.csv"
    result = written(scene, "csv", path)
    data = path.read_bytes()
    assert data.count(b"\r\n") == result.rows + 1 == 8 and b"\n" not in data.replace(b"\r\n", b"")
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["terminal"] for row in rows[1:]] == [f"'{hostile}", "'+1", "'-1", "'@x", 'say "hi", twice', "Käse"]
    for row, event in zip(rows, scene.events(), strict=True):
        assert (row["id"], row["amount"]) == (event["id"], f"{event['amount_minor'] / 100:.2f}")
        assert row["transaction"] == event["ledger"]["transaction"]
    assert [row["hash"] for row in rows[-1:]] == [verify(scene.till()).head]


@pytest.mark.parametrize("form", ["jsonl", "csv", "beancount"])
def test_a_broken_trail_is_not_exported_as_good(story: Scene, tmp_path: Path, form: str) -> None:
    """Exit 31, and no file (the outbox sees to that: tests/adapters/test_outbox.py)."""
    forger = Forger(story.home)
    with forger.unguarded() as db:
        db.execute("UPDATE events SET body = replace(body, 'local', 'lokal') WHERE seq = 20")
    forger.db.close()
    with pytest.raises(ChainBroken, match="event 20"):
        written(story, form, tmp_path / form)
    assert not (tmp_path / form).exists()


@pytest.mark.parametrize("sql", FORGED_BOOKS)
def test_forged_books_are_not_exported_under_an_honest_chain(story: Scene, tmp_path: Path, sql: str) -> None:
    """beancount would accept them: they sum to zero, and at the top stands the hash of a trail that tells otherwise."""
    forger = Forger(story.home)
    with forger.unguarded() as db:
        db.executescript(sql)
    forger.db.close()
    with pytest.raises(ChainBroken):
        written(story, "beancount", tmp_path / "books.beancount")
    assert not (tmp_path / "books.beancount").exists()


def test_it_says_how_far_the_proof_and_the_writing_are(story: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proving a long trail takes longer than writing the books."""
    monkeypatch.setattr("smilepay_cli.verbs.verify.SAY_EVERY", 5)
    monkeypatch.setattr("smilepay_cli.verbs.export.SAY_EVERY", 5)
    told: list[tuple[int, int]] = []
    export(story.till(), "beancount", lambda chunks: (b"".join(chunks), None)[1], lambda *far: told.append(far))
    events, transactions = len(story.events()), story.transactions()
    assert (5, events) in told and (5, transactions) in told and events != transactions


def test_hashes_are_those_of_the_texts(story: Scene, tmp_path: Path) -> None:
    """What the docs say of a line: between `{"body":` and `,"hash":` stands the text that was hashed."""
    path = tmp_path / "trail.jsonl"
    written(story, "jsonl", path)
    for line in path.read_bytes().splitlines():
        assert sha256(line[8:-75]).hexdigest() == json.loads(line)["hash"]
