"""What is expected of a step, held against what came of it: whatever differs is told with both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.harnesses.scenarios.expectations import same, unmet
from smilepay_cli.harnesses.scenarios.models import Expect
from smilepay_cli.harnesses.scenarios.nodes import Table
from smilepay_cli.harnesses.scenarios.playing import Answer, there
from smilepay_cli.harnesses.scenarios.reading import documents
from smilepay_cli.harnesses.scenarios.values import typed

DONE = Answer(0, {"outcome": "done", "reason": None, "exit": 0, "data": {"n": 5, "amount": "94.00", "list": [1, "a"]}})
REFUSED = Answer(
    10, {"outcome": "refused", "reason": "no_match", "exit": 10, "data": {"message": "nobody", "hint": None}}
)


class Wallet:
    def balances(self) -> Mapping[str, str]:
        return {"lin": "94.00", "kiosk": "5.96"}

    def balance(self, name: str) -> str | None:
        return "0.00" if name == "cafe" else None

    def flaw(self) -> str | None:
        return "31: broken"

    def events(self) -> int:
        return 7


def expect(text: str) -> Expect:
    (node,) = documents(f"e: {text}".encode())
    assert isinstance(node, Table)
    return Expect.model_validate(typed(node.entries["e"]))


def told(text: str, answer: Answer = DONE) -> list[tuple[str, str, str]]:
    found = unmet(expect(text), answer, Wallet(), {"kept": 5}, 4)
    return [(one.what, one.expected, one.actual) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{exit: 0, outcome: done, reason: null}",
        "{json: {data.n: 5, data.amount: '94.00', 'data.list[1]': a, data.list: [1, a]}}",
        "{json: {data.n: '${kept}'}}",
        "{json: {data.n: {gt: 4, ge: 5, lt: 6, le: 5, differs: 4, exists: true}}}",
        "{json: {data.amount: {gt: '9.5', matches: '^9', contains: '4.'}, data.gone: {exists: false}}}",
        "{json: {data.list: {contains: a, length: 2}, data.gone: null}}",
        "{balances: {LIN: 94, kiosk: 5.960, cafe: 0}, events: 3}",
    ],
)
def test_what_holds_says_nothing(text: str) -> None:
    """Amounts are compared as amounts, names without regard to case."""
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "what", "expected", "actual"),
    [
        ("{exit: 10}", "exit", "10", "0"),
        ("{reason: no_match}", "reason", "no_match", "null"),
        ("{outcome: refused}", "outcome", "refused", "done"),
        ("{json: {data.n: '5'}}", "data.n", "5", "5"),
        ("{json: {data.n: true}}", "data.n", "true", "5"),
        ("{json: {data.n: {lt: 5}}}", "data.n", "less than 5", "5"),
        ("{json: {data.gone: {exists: true}}}", "data.gone", "is there: true", "null"),
        ("{json: {data.amount: {contains: 5}}}", "data.amount", "contains 5", "94.00"),
        ("{json: {data.amount: {lt: 100}}}", "data.amount", "less than 100", "94.00"),
        ("{json: {data.list: [1]}}", "data.list", "[1]", '[1, "a"]'),
        ("{balances: {lin: 94.01}}", "balance of lin", "94.01", "94.00"),
        ("{balances: {otto: 1}}", "balance of otto", "1", "there is no such account"),
        ("{events: 2}", "events", "2", "3"),
        ("{wallet: whole}", "wallet", "whole", "31: broken"),
    ],
)
def test_what_does_not_hold_is_told_with_both_sides(text: str, what: str, expected: str, actual: str) -> None:
    """A text is no number, and true is no 1."""
    assert told(text) == [(what, expected, actual)]


def test_a_pattern_that_takes_for_ever_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nested repetition of a text that does not fit: each letter more takes twice as long."""
    monkeypatch.setattr("smilepay_cli.harnesses.scenarios.expectations.MATCH_SECONDS", 0.2)
    answer = Answer(0, {**DONE.envelope, "data": {"name": "a" * 64 + "!"}})
    found = told("{json: {data.name: {matches: '^(a|aa)+$'}}}", answer)
    assert [what for what, _, _ in found] == ["data.name"]


def test_a_step_that_says_nothing_has_to_be_done() -> None:
    """Who expects a refusal says so: by its exit, its reason or its outcome."""
    assert told("{}", REFUSED) == [("exit", "0", "10 (no_match): nobody")]
    assert told("{events: 3}", REFUSED)[0][0] == "exit"
    for text in ("{exit: 10}", "{reason: no_match}", "{outcome: refused}", "{exit: 10, message: {contains: nob}}"):
        assert told(text, REFUSED) == []
    assert told("{reason: null}", REFUSED)[0] == ("exit", "0", "10 (no_match): nobody")


def test_a_race_is_expected_in_any_order() -> None:
    """Who is first is chance; what both come to is not."""
    race = Answer(10, {"parts": []}, (REFUSED, DONE))
    assert told("{exits: [0, 10]}", race) == told("{exits: [10, 0]}", race) == []
    assert told("{exits: [0, 0]}", race) == [("exits", "0, 0", "0; 10 (no_match): nobody")]
    assert told("{}", race)[0][1] == "0, 0"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON)
def test_equality_is_that_of_json(one: Any, other: Any) -> None:
    """Everything equals itself, and nothing equals what is written otherwise."""
    import json

    assert same(one, one)
    assert same(one, other) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("data.payment.id", "; data.payment has hold, state"),
        ("payment", "; it has data, exit"),
        ("data.payment.hold.id.more", ""),
        ("data.payment[0]", ""),
    ],
)
def test_a_capture_that_finds_nothing_says_what_is_there(path: str, told: str) -> None:
    """Only of plain paths, and only what has a value."""
    envelope = {"data": {"payment": {"hold": {"id": "pay_1"}, "state": "captured", "gone": None}}, "exit": 0}
    assert there(path, envelope) == told
