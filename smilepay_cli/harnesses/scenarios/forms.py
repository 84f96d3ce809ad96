"""What commands take, as the program itself says it: the keys of a step are the command's arguments and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Within(Enum):
    """What a path in a scenario is relative to."""

    FACES = "faces"
    BESIDE = "beside"
    """The scenario's own folder."""
    SCRATCH = "scratch"
    """The throwaway folder of the run: for what a scenario writes, and reads again."""


@dataclass(frozen=True, slots=True)
class Key:
    """One argument or option."""

    name: str
    option: str | None
    """How it is typed; None for an argument."""
    help: str = ""
    kind: str = "text"
    """`text`, `whole`, `number` or `flag`."""
    choices: tuple[str, ...] = ()
    is_list: bool = False
    required: bool = False
    within: Within | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One command. `name` is `wallet.refund`; arguments stand among the keys in their order."""

    name: str
    words: tuple[str, ...]
    keys: Mapping[str, Key]
    help: str = ""


Forms = Mapping[str, Form]
"""By name."""
ALIASES = {"key": "idempotency_key", "items": "picks"}
"""Short names of keys, in commands that have the long one and not the short one."""
