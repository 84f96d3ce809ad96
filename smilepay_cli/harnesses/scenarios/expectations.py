"""Whether a step came to what was expected, and if not, both sides in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from smilepay_cli.harnesses.scenarios.models import Expect, Matcher
from smilepay_cli.harnesses.scenarios.played import Mismatch
from smilepay_cli.harnesses.scenarios.references import filled

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.playing import Answer

MATCH_SECONDS = 2.0
"""For one regular expression."""
LONGEST_SHOWN = 300
"""Letters of a value in a message."""


class Wallet(Protocol):
    """The wallet after a step, as the program itself tells it."""

    def balances(self) -> Mapping[str, str]:
        """What is posted on accounts, in major units, by name."""

    def balance(self, name: str) -> str | None:
        """What is posted on one account that `balances` does not list: a seller who was never paid has 0.00."""

    def flaw(self) -> str | None:
        """What `audit verify` finds wrong; None where it finds nothing."""

    def events(self) -> int:
        """How many events there are."""


def unmet(
    expect: Expect, answer: Answer, wallet: Wallet, known: Mapping[str, Any], events_before: int
) -> list[Mismatch]:
    """Everything that does not hold. Raises Missing for a `${...}` that has no value."""
    found = [*_of_exit(expect, answer), *_of_words(expect, answer, known), *_of_data(expect, answer, known)]
    if expect.balances is not None:
        found += _of_balances(filled(expect.balances, known), wallet)
    if expect.events is not None and (events := wallet.events() - events_before) != expect.events:
        found.append(Mismatch("events", str(expect.events), str(events)))
    if expect.wallet is not None and (flaw := wallet.flaw()) is not None:
        found.append(Mismatch("wallet", "whole", flaw))
    return found


def _of_exit(expect: Expect, answer: Answer) -> list[Mismatch]:
    if answer.parts is not None:
        wanted = sorted(expect.exits if expect.exits is not None else [0] * len(answer.parts))
        told = sorted(part.exit for part in answer.parts)
        if told == wanted:
            return []
        reasons = "; ".join(part.described for part in sorted(answer.parts, key=lambda part: part.exit))
        return [Mismatch("exits", ", ".join(map(str, wanted)), reasons)]
    wanted_exit = expect.wanted_exit
    if answer.was_killed or wanted_exit is None or answer.exit == wanted_exit:
        return []
    return [Mismatch("exit", str(wanted_exit), answer.described)]


def _of_words(expect: Expect, answer: Answer, known: Mapping[str, Any]) -> list[Mismatch]:
    given, envelope = expect.model_fields_set, answer.envelope
    found = []
    if "reason" in given and envelope.get("reason") != filled(expect.reason, known):
        found.append(Mismatch("reason", _shown(filled(expect.reason, known)), _shown(envelope.get("reason"))))
    if expect.outcome is not None and envelope.get("outcome") != expect.outcome.value:
        found.append(Mismatch("outcome", expect.outcome.value, _shown(envelope.get("outcome"))))
    data = envelope.get("data") or {}
    for name in ("message", "hint"):
        if name in given:
            found += _matched(name, getattr(expect, name), data.get(name), known)
    return found


def _of_data(expect: Expect, answer: Answer, known: Mapping[str, Any]) -> list[Mismatch]:
    import jmespath
    from jmespath.exceptions import JMESPathError

    found = []
    for path, wanted in (expect.data or {}).items():
        try:
            value = jmespath.search(path, answer.envelope)
        except JMESPathError as error:
            found.append(Mismatch(path, _shown(wanted), str(error).splitlines()[0]))
            continue
        found += _matched(path, wanted, value, known)
    return found


def _matched(what: str, wanted: Any, value: Any, known: Mapping[str, Any]) -> list[Mismatch]:
    if not isinstance(wanted, Matcher):
        wanted = filled(wanted, known)
        return [] if same(value, wanted) else [Mismatch(what, _shown(wanted), _shown(value))]
    return [
        Mismatch(what, f"{_WORDS[name]} {_shown(side)}".strip(), _shown(value))
        for name in sorted(wanted.model_fields_set)
        for side in [filled(getattr(wanted, name), known)]
        if not _HOLDS[name](value, side)
    ]


def same(value: Any, wanted: Any) -> bool:
    """Equal as JSON has it: true is no 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(same(value[key], wanted[key]) for key in value)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(same, value, wanted))
    return bool(value == wanted)


def _ordered(compare: str) -> Any:
    """Numbers with numbers; texts with texts, as amounts where both are."""

    def holds(value: Any, side: Any) -> bool:
        if isinstance(value, bool) or isinstance(side, bool):
            return False
        if isinstance(value, str) and isinstance(side, str):
            exact = _decimals(value, side)
            value, side = exact or (value, side)
        elif not (isinstance(value, int | float) and isinstance(side, int | float)):
            return False
        return bool(getattr(value, compare)(side) is True)

    return lambda value, side: holds(*_alike(value, side))


def _alike(value: Any, side: Any) -> tuple[Any, Any]:
    """Whole and broken numbers as one kind."""
    if isinstance(value, float) or isinstance(side, float):
        if isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if isinstance(side, int) and not isinstance(side, bool):
            side = float(side)
    return value, side


def _decimals(*texts: str) -> tuple[Decimal, ...] | None:
    if all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) for text in texts):
        return tuple(map(Decimal, texts))
    return None


def _contains(value: Any, side: Any) -> bool:
    if isinstance(value, str):
        return isinstance(side, str) and side in value
    if isinstance(value, list):
        return any(same(entry, side) for entry in value)
    return isinstance(value, dict) and isinstance(side, str) and side in value


def _found(pattern: str, text: str) -> bool:
    """What takes for ever, as some patterns do of a text that they do not fit, is not found."""
    import regex

    try:
        return regex.search(pattern, text, timeout=MATCH_SECONDS) is not None
    except (TimeoutError, regex.error):  # what was put into the pattern may make it none
        return False


_HOLDS: dict[str, Any] = {
    "equals": same,
    "differs": lambda value, side: not same(value, side),
    "gt": _ordered("__gt__"),
    "ge": _ordered("__ge__"),
    "lt": _ordered("__lt__"),
    "le": _ordered("__le__"),
    "matches": lambda value, side: isinstance(value, str) and _found(side, value),
    "contains": _contains,
    "length": lambda value, side: isinstance(value, str | list | dict) and len(value) == side,
    "exists": lambda value, side: (value is not None) is side,
}
_WORDS = {
    "equals": "",
    "differs": "anything but",
    "gt": "more than",
    "ge": "at least",
    "lt": "less than",
    "le": "at most",
    "matches": "matches",
    "contains": "contains",
    "length": "of length",
    "exists": "is there:",
}


def _of_balances(wanted: Mapping[str, Any], wallet: Wallet) -> list[Mismatch]:
    by_name = {name.casefold(): amount for name, amount in wallet.balances().items()}
    found = []
    for name, amount in wanted.items():
        actual = by_name.get(name.casefold()) or wallet.balance(name)
        if actual is None:
            found.append(Mismatch(f"balance of {name}", str(amount), "there is no such account"))
        elif not (exact := _decimals(str(amount), actual)) or exact[0] != exact[1]:
            found.append(Mismatch(f"balance of {name}", str(amount), actual))
    return found


def _shown(value: Any) -> str:
    """A value as it stands in a file, never long."""
    if isinstance(value, Matcher):
        value = value.model_dump(exclude_unset=True)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
