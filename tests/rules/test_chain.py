"""The chain: canonical text as RFC 8785 has it, and no change that goes unnoticed."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.rules.chain import digest, opened, seal
from smilepay_cli.vocabulary.errors import ChainBroken
from smilepay_cli.vocabulary.events import GENESIS, StoredEvent

EXACT = 2**53 - 1
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-EXACT, EXACT) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
DRAFTS = st.dictionaries(TEXTS, VALUES, max_size=5)


def chain(*drafts: dict[str, Any]) -> list[StoredEvent]:
    rows, previous = [], GENESIS
    for seq, draft in enumerate(drafts, start=1):
        event, text = seal(draft, seq=seq, previous=previous)
        rows.append(StoredEvent(seq, event.hash, text))
        previous = event.hash
    return rows


@given(st.lists(DRAFTS, max_size=5))
def test_what_was_sealed_opens_again(drafts: list[dict[str, Any]]) -> None:
    """Any JSON values, numbers of any size among them."""
    events = list(opened(chain(*drafts)))
    assert [event.seq for event in events] == list(range(1, len(drafts) + 1))
    for draft, event in zip(drafts, events, strict=True):
        assert {**event.body, "seq": 0, "previous": 0} == {**draft, "seq": 0, "previous": 0}


def canonical(value: Any) -> str:
    """Only the value's own part of the text of an event."""
    _, text = seal({"x": value}, seq=1, previous=GENESIS)
    tail = f'"previous":"{GENESIS}","seq":1,"x":'
    assert text.startswith("{" + tail) and text.endswith("}")
    return text[1 + len(tail) : -1]


def test_the_example_of_the_rfc() -> None:
    """RFC 8785, 3.2.2."""
    sample = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(sample) == (
        '{"literals":[null,true,false],'
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16_units() -> None:
    """RFC 8785, 3.2.3: the emoji comes before the Hebrew letter, whose code point is lower."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    in_order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    text = canonical(dict.fromkeys(keys, 0))
    assert list(json.loads(text)) == in_order


NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_as_the_rfc_writes_them(bits: str, text: str) -> None:
    """RFC 8785, appendix B; and each of them is read back as the same number."""
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == text
    (event,) = opened(chain({"x": number}))
    assert event.body["x"] == number


@pytest.mark.parametrize("number", [nan, inf, -inf])
def test_what_is_no_number_becomes_null(number: float) -> None:
    """At any depth: a figure that failed must not keep its event from being written."""
    event, _ = seal({"x": [number, {"y": (number, 1.5)}]}, seq=1, previous=GENESIS)
    assert event.body["x"] == [None, {"y": [None, 1.5]}]


def test_a_draft_cannot_say_where_it_stands() -> None:
    """`seq` and `previous` come from the chain."""
    event, _ = seal({"seq": 9, "previous": "mine"}, seq=1, previous=GENESIS)
    assert (event.body["seq"], event.body["previous"]) == (1, GENESIS)


STORY = [
    {"id": "evt_1", "exit": 0, "checks": [{"name": "match", "passed": True, "figures": {"z": 0.25}}], "account": None},
    {"id": "evt_2", "exit": 10, "checks": [], "account": "acc_1"},
    {"id": "evt_3", "exit": 0, "checks": [], "account": "acc_1"},
]


@given(st.integers(0, 2), st.sampled_from(["id", "exit", "checks", "account", "seq", "previous"]), VALUES)
def test_any_change_to_any_field_is_found(place: int, field: str, value: Any) -> None:
    """Whether the hash is left, or made anew by somebody who knows how."""
    rows = chain(*STORY)
    body = json.loads(rows[place].body)
    changed, text = seal({**body, field: value}, seq=1, previous="")
    forged = {**changed.body, "seq": body["seq"], "previous": body["previous"], field: value}
    text = canonical(forged)
    if text == rows[place].body:
        return
    with pytest.raises(ChainBroken, match=f"event {place + 1}"):
        list(opened([*rows[:place], replace(rows[place], body=text), *rows[place + 1 :]]))
    rows[place] = StoredEvent(place + 1, digest(text), text)
    if place < 2 or field in ("seq", "previous"):  # the last link is held by a checkpoint only
        with pytest.raises(ChainBroken, match=f"event ({place + 1}|{place + 2}) "):
            list(opened(rows))


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ((1, 2), "event 1 is missing"),
        ((0, 2), "event 2 is missing"),
        ((1, 0, 2), "event 1 is missing"),
        ((0, 0, 1), "event 2 is missing"),
    ],
)
def test_events_taken_out_or_moved_are_missed(order: tuple[int, ...], complaint: str) -> None:
    """The rows are what was written, in its order; only a cut tail needs a checkpoint."""
    rows = chain(*STORY)
    with pytest.raises(ChainBroken, match=complaint):
        list(opened([rows[place] for place in order]))


def test_the_same_facts_in_another_spelling_are_found() -> None:
    """The hash covers the text; a hash made anew for a text that is not canonical is refused too."""
    (row,) = chain(STORY[0])
    for text in (json.dumps(json.loads(row.body)), row.body.replace("0.25", "0.250"), f" {row.body}", "[]", "1", ""):
        with pytest.raises(ChainBroken, match="event 1"):
            list(opened([StoredEvent(1, digest(text), text)]))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"x":' + "1" * 5_000 + "}", '{"x":' + "1" * 400 + "}", '{"x":1e999}', '{"x":"\\ud800"}']
)
def test_hostile_texts_are_a_broken_chain_and_no_crash(text: str) -> None:
    """Nested without end, numbers without end, halves of letters."""
    with pytest.raises(ChainBroken, match="event 1"):
        list(opened([StoredEvent(1, digest(text), text)]))


def test_opening_streams() -> None:
    """The good events come out before the broken one is reached."""
    rows = chain(*STORY)
    rows[2] = replace(rows[2], body="junk")
    events = opened(rows)
    assert [next(events).seq, next(events).seq] == [1, 2]
    with pytest.raises(ChainBroken, match="event 3"):
        next(events)


@pytest.mark.parametrize("value", ["\udc80", object(), Decimal("NaN"), b"x", {"deep": [float("nan"), 1j]}])
def test_whatever_is_in_it_an_event_can_be_written(value: object) -> None:
    """A check that fails in an odd way must still leave its event."""
    event, text = seal({"figures": value}, seq=1, previous=GENESIS)
    [written] = opened([StoredEvent(1, event.hash, text)])
    assert written.body["previous"] == GENESIS


ODD_NUMBERS = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1.0, 1e16, 1e-7, 1e21, 1e22, 123456789012345680.0, 5e-324, 0.1, 1e5, -1.5, 100.0]),
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), ODD_NUMBERS, st.text(), st.text('aé\x7f\x1f"\\/,:1.0e[]{}', max_size=12)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=6), ANYTHING, max_size=5))
def test_the_faster_encoder_writes_what_the_library_writes(draft: dict[str, Any]) -> None:
    """Python's own is used where it is known to write the same: odd floats, odd letters and large numbers are not."""
    event, text = seal(draft, seq=1, previous=GENESIS)
    assert text.encode() == rfc8785.dumps(dict(event.body))


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**20])
def test_a_number_that_json_cannot_say_exactly_is_refused(number: int) -> None:
    """Money is told exactly or not at all; also when the faster encoder would write it."""
    with pytest.raises(rfc8785.IntegerDomainError):
        seal({"amount_minor": number}, seq=1, previous=GENESIS)
