"""What may stand in a scenario file, as types of pydantic: each takes the text that somebody wrote, and says in words
what is wanted.

Texts come as `Typed`, so that a plain `no` or `3.10` is known from a quoted one, and nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from smilepay_cli.harnesses.scenarios.nodes import NOTHING, NUMBER, WHOLE, Items, Node, Scalar, Table
from smilepay_cli.rules.sets.problems import shown

LONGEST_LINE = 200
LONGEST_TEXT = 10_000
LONGEST_EXPRESSION = 500
_SPAN = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?")
_DOUBTFUL = re.compile(
    r"(?i:yes|no|on|off|y|n)|True|False|TRUE|FALSE"  # truth values to YAML 1.1
    r"|[+-]?0[0-9_]+(\.[0-9]*)?|0[xob][0-9a-fA-F_]+|[+-]?[0-9]+(_[0-9]+)+"  # octal numbers, and others
    r"|[+-]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?|[+-]?\.(?i:inf|nan)|\+[0-9].*"  # 3:00 is 180 to YAML 1.1
)


class Typed(str):
    """A text as it was written; `plain` where it has no quotes."""

    __slots__ = ("plain",)
    plain: bool


def typed(node: Node) -> Any:
    """A node as dicts, lists and Typed texts; None is nothing."""
    if isinstance(node, Scalar):
        if node.is_nothing:
            return None
        text = Typed(node.text)
        text.plain = node.plain
        return text
    if isinstance(node, Items):
        return [typed(item) for item in node.items]
    assert isinstance(node, Table)
    return {key: typed(value) for key, value in node.entries.items()}


def wrong(what: str, **more: Any) -> PydanticCustomError:
    """An error in our own words."""
    return PydanticCustomError("scenario", "{what}", {"what": what, **more})


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise wrong(f"needs a text, not {_kind(value)}")
    if len(value) > LONGEST_TEXT:
        raise wrong(f"is longer than {LONGEST_TEXT:,} letters")
    return str(value)


def _line(value: Any) -> str:
    text = _text(value).strip()
    if not text.isprintable() or len(text) > LONGEST_LINE or not text:
        raise wrong(f"needs one line of at most {LONGEST_LINE} letters")
    return text


def _id(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", text) or text == "matrix":
        raise wrong(f"{shown(text)} is no name for ${{...}}: letters, digits, _ and -, and not matrix")
    return text


def whole(value: Any) -> int:
    """A whole number as it was written. Raises PydanticCustomError."""
    if isinstance(value, str) and WHOLE.fullmatch(value) and len(value) <= 18:
        return int(value)
    raise wrong(f"needs a whole number, not {_kind(value)}")


def _count(value: Any) -> int:
    if (number := whole(value)) < 0:
        raise wrong("cannot be below 0")
    return number


def flag(value: Any) -> bool:
    """`true` or `false`, as it was written. Raises PydanticCustomError."""
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    raise wrong(f"needs true or false, not {_kind(value)}")


def span(value: Any) -> timedelta:
    """`30s`, `10m`. Raises PydanticCustomError."""
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise wrong(f"needs a time span such as 30s, 10m, 2h or 1d, not {_kind(value)}")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > timedelta(days=36_500):
        raise wrong("is longer than a hundred years")
    return length


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong(f"needs a moment such as 2015-03-15T10:00:00Z, not {_kind(value)}") from None
    if moment.tzinfo is None:
        raise wrong("needs a time zone: Z at the end is UTC")
    if not 1970 <= moment.year <= 2900:
        raise wrong("needs a year from 1970 to 2900")
    return moment.astimezone(UTC)


def _amount(value: Any) -> str:
    """As it was written, which is exact: a float never holds an amount."""
    if isinstance(value, str) and (_AMOUNT.fullmatch(value) or "${" in value):
        return str(value)
    raise wrong(f"needs an amount such as 3 or 3.50, not {_kind(value)}")


def _expression(value: Any) -> str:
    import jmespath
    from jmespath.exceptions import JMESPathError

    text = _text(value)
    if len(text) > LONGEST_EXPRESSION:
        raise wrong(f"is longer than {LONGEST_EXPRESSION} letters")
    try:
        jmespath.compile(text)
    except (JMESPathError, ValueError, RecursionError) as error:
        told = str(error).strip().strip("'").splitlines() or [repr(error)]
        raise wrong(f"{shown(text)} is no JMESPath: {told[0].rstrip(':')}") from None
    return text


def literal(value: Any) -> Any:
    """A value to compare with JSON. Raises PydanticCustomError for what could be meant in two ways."""
    if isinstance(value, dict):
        return {str(key): literal(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [literal(entry) for entry in value]
    if not isinstance(value, str):
        return value
    if not getattr(value, "plain", False):
        return str(value)
    if _DOUBTFUL.fullmatch(value):
        raise wrong(f"{shown(str(value))} is a text to some and something else to others; put it in quotes")
    if value in NOTHING:
        return None
    if value in ("true", "false"):
        return value == "true"
    if WHOLE.fullmatch(value) and len(value) <= 18:
        return int(value)
    return float(value) if NUMBER.fullmatch(value) and len(value) <= 40 else str(value)


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return shown(str(value))
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else "a mapping"


Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
Line = Annotated[str, BeforeValidator(_line), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200})]
Id = Annotated[str, BeforeValidator(_id), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"})]
_REFERENCE = {"type": "string", "pattern": "\\$\\{"}
Whole = Annotated[int, BeforeValidator(whole), WithJsonSchema({"anyOf": [{"type": "integer"}, _REFERENCE]})]
Count = Annotated[
    int, BeforeValidator(_count), WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, _REFERENCE]})
]
Flag = Annotated[bool, BeforeValidator(flag), WithJsonSchema({"anyOf": [{"type": "boolean"}, _REFERENCE]})]
Span = Annotated[
    timedelta,
    BeforeValidator(span),
    PlainSerializer(lambda value: f"{value.total_seconds():g}s"),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d)$|\\$\\{", "examples": ["30s", "10m"]}),
]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Amount = Annotated[str, BeforeValidator(_amount), WithJsonSchema({"type": ["string", "number"]})]
Expression = Annotated[
    str, BeforeValidator(_expression), WithJsonSchema({"type": "string", "description": "JMESPath on the envelope"})
]
Literal = Annotated[Any, BeforeValidator(literal), WithJsonSchema({})]
Lines = Annotated[
    tuple[Line, ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


def amount_of(text: str) -> Decimal:
    """The exact value of an amount."""
    return Decimal(text)
