"""Checkpoints as text: one form only, a signature over all of it, fingerprints that people can compare."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from smilepay_cli.adapters.signing import signature_holds
from smilepay_cli.rules.checkpoints import (
    balances_digest,
    fingerprint,
    parse,
    signed,
    text_of,
    typed_fingerprint,
    unsigned,
)
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.events import Checkpoint

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DRAFT = Checkpoint(
    wallet="wal_1",
    seq=7,
    head="ab" * 32,
    transactions=3,
    balances=balances_digest({("acc_1", "EUR"): 5}),
    at="2015-03-15T17:00:00.000Z",
    public_key=KEY.public_key().public_bytes_raw().hex(),
)
WHOLE = signed(DRAFT, KEY.sign(unsigned(DRAFT)))


def test_what_was_written_is_read_and_holds() -> None:
    """The way there and back."""
    assert parse(text_of(WHOLE), "f") == WHOLE and signature_holds(WHOLE)


def test_a_third_party_needs_two_libraries_and_nothing_of_ours() -> None:
    """The signature is over the same JSON document without it, keys sorted, no spaces."""
    document = json.loads(text_of(WHOLE))
    signature = bytes.fromhex(document.pop("signature"))
    message = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(document["public_key"])).verify(signature, message)


def test_every_byte_counts() -> None:
    """A changed checkpoint is none any more, or does not hold."""
    data = text_of(WHOLE).encode()
    unreadable = 0
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert not signature_holds(parse(changed.decode(), "f")), place
        except UsageProblem:
            unreadable += 1
    assert 0 < unreadable < len(data)


@pytest.mark.parametrize(
    "change",
    [{"wallet": "wal_2"}, {"seq": 8}, {"head": "cd" * 32}, {"transactions": 4}, {"balances": "0" * 64}, {"at": "later"},
     {"public_key": "0" * 64}, {"signature": "0" * 128}],
)  # fmt: skip
def test_every_field_is_signed(change: dict[str, object]) -> None:
    assert not signature_holds(replace(WHOLE, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "does not say"),
        ('{"format":"smilepay-checkpoint/2"}', "does not say"),
        ('{"format":"smilepay-checkpoint/1"}', "should be there"),
        (text_of(WHOLE)[:-1], "not canonical"),
        (text_of(WHOLE).replace('{"at"', '{ "at"'), "not canonical"),
        (text_of(WHOLE).replace('{"at"', '{"a":1,"at"'), "should not be there"),
        (text_of(WHOLE).replace('"seq":7', '"seq":7.0'), "seq makes no sense"),
        (text_of(WHOLE).replace('"seq":7', '"seq":true'), "seq makes no sense"),
        (text_of(WHOLE).replace('"seq":7', '"seq":-7'), "seq makes no sense"),
        (text_of(WHOLE).replace("ab" * 32, "AB" * 32), "head makes no sense"),
        (text_of(WHOLE).replace('"wal_1"', "null"), "wallet makes no sense"),
    ],
)
def test_what_is_no_checkpoint(text: str, says: str) -> None:
    """A usage error, with what is wrong."""
    with pytest.raises(UsageProblem, match=says):
        parse(text, "f")


def test_fingerprints_are_whole_and_readable() -> None:
    """As printed, without its dashes, in capitals, with the name of the digest: all the same; a part of it is none."""
    printed = fingerprint(bytes(32))
    assert len(printed) == 71 and printed.startswith("66687aad-")
    for typed in (printed, printed.replace("-", ""), printed.upper(), f"SHA256:{printed}", printed.replace("-", ":")):
        assert typed_fingerprint(typed) == printed
    for wrong in (printed[:-1], printed[:8], "", "x" * 64):
        with pytest.raises(UsageProblem, match="whole fingerprint"):
            typed_fingerprint(wrong)


def test_balances_have_one_digest_whatever_their_order() -> None:
    """An account with nothing on it is as one that is not there."""
    one = balances_digest({("a", "EUR"): 1, ("b", "EUR"): 2, ("c", "EUR"): 0})
    assert one == balances_digest({("b", "EUR"): 2, ("a", "EUR"): 1}) != balances_digest({("b", "EUR"): 2})
