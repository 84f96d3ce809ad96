"""Checkpoints: the head of the chain as canonical JSON, signed with Ed25519 (RFC 8032).

The file is one canonical JSON document. The signature covers the same document without its `signature`, so that whoever
wants to check one needs a JSON library and an Ed25519 library, and nothing of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from hashlib import sha256
from typing import Any

import rfc8785

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.events import Checkpoint
from smilepay_cli.vocabulary.language import tr

FORMAT = "smilepay-checkpoint/1"
LONGEST = 4096
"""Bytes of a checkpoint file; a real one has some 600."""
_KINDS = {"seq": int, "transactions": int}
_HEX = re.compile(r"[0-9a-f]+")
_HEX_DIGITS = {"head": 64, "balances": 64, "public_key": 64, "signature": 128}


def unsigned(checkpoint: Checkpoint) -> bytes:
    """What the signature covers."""
    body = {"format": FORMAT, **asdict(checkpoint)}
    del body["signature"]
    return rfc8785.dumps(body)


def text_of(checkpoint: Checkpoint) -> str:
    """The file's text."""
    return rfc8785.dumps({"format": FORMAT, **asdict(checkpoint)}).decode() + "\n"


def parse(text: str, name: str) -> Checkpoint:
    """The reverse. Raises UsageProblem for anything that `text_of` does not write."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_checkpoint(name, "it is not JSON") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise _no_checkpoint(name, f"it does not say {FORMAT}")
    del body["format"]
    names = {field.name for field in fields(Checkpoint)}
    if set(body) != names:
        odd = sorted(set(body) ^ names)
        raise _no_checkpoint(name, f"{', '.join(odd)} should {'not ' if odd[0] in body else ''}be there")
    for key, value in body.items():
        _require_form(name, key, value)
    checkpoint = Checkpoint(**body)
    if text_of(checkpoint) != text:
        raise _no_checkpoint(name, "it is not canonical JSON")
    return checkpoint


def signed(checkpoint: Checkpoint, signature: bytes) -> Checkpoint:
    """The same with its signature."""
    return replace(checkpoint, signature=signature.hex())


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the raw public key in eight groups of eight: for people to read aloud and compare."""
    digits = sha256(public_key).hexdigest()
    return "-".join(digits[place : place + 8] for place in range(0, 64, 8))


def typed_fingerprint(text: str) -> str:
    """A fingerprint as typed, in the form of `fingerprint`. Raises UsageProblem for anything shorter."""
    digits = re.sub(r"[\s:-]", "", text.lower().removeprefix("sha256:"))
    if len(digits) != 64 or not _HEX.fullmatch(digits):
        raise UsageProblem(
            tr("--key needs the whole fingerprint: 64 hexadecimal digits"),
            hint=tr("it was printed by smilepay audit checkpoint"),
            reason="bad_fingerprint",
        )
    return "-".join(digits[place : place + 8] for place in range(0, 64, 8))


def balances_digest(balances: Mapping[tuple[str, str], int]) -> str:
    """SHA-256 of all balances that are not zero, by account and currency."""
    told: list[Any] = [[account, currency, minor] for (account, currency), minor in sorted(balances.items()) if minor]
    return sha256(rfc8785.dumps(told)).hexdigest()


def _require_form(name: str, key: str, value: Any) -> None:
    kind = _KINDS.get(key, str)
    fits = type(value) is kind and (not isinstance(value, int) or 0 <= value < 2**53)
    if fits and key in _HEX_DIGITS:
        fits = len(value) == _HEX_DIGITS[key] and _HEX.fullmatch(value) is not None
    if not fits:
        raise _no_checkpoint(name, f"its {key} makes no sense")


def _no_checkpoint(name: str, detail: str) -> UsageProblem:
    return UsageProblem(
        tr("{name} is no checkpoint: {detail}", name=name, detail=detail),
        hint=tr("make one: smilepay audit checkpoint"),
        reason="bad_checkpoint",
    )
