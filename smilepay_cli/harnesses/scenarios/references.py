"""`${name}` in texts: what was kept of earlier steps, and values of the matrix.

`${order}` is a value that was kept; `${pay.data.payment.hold.id}` looks into the answer of the step with that id, or
of the last step of that command. A text that is nothing but one of these keeps the value's type. `$${` is `${`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smilepay_cli.rules.sets.problems import Wrong, shown

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}?")
_WHOLE = re.compile(r"\$\{[^{}]*\}")
_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_-]*)\s*([.\[].*)?", re.DOTALL)
MATRIX = "matrix"


class Missing(Exception):
    """Something that is referred to is not there; in words."""


def names_in(text: str) -> Iterator[str]:
    """The names that a text refers to. Raises Wrong for a reference that cannot be one."""
    if "${" not in text:
        return
    for found in _REFERENCE.finditer(text):
        if found[1] is not None:
            yield _parts(found)[0]


def refers(value: Any) -> bool:
    """Whether there is a reference in a text, or in a list."""
    if isinstance(value, str):
        return any(found[1] is not None for found in _REFERENCE.finditer(value))
    if isinstance(value, Mapping):
        return any(map(refers, value.values()))
    return isinstance(value, list | tuple) and any(map(refers, value))


def filled(value: Any, known: Mapping[str, Any]) -> Any:
    """The value with every reference in it replaced; texts, lists and mappings. Raises Missing."""
    if isinstance(value, str):
        return _filled(value, known)
    if isinstance(value, Mapping):
        return {key: filled(entry, known) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(filled(entry, known) for entry in value)
    return value


def _filled(text: str, known: Mapping[str, Any]) -> Any:
    if "${" not in text:
        return text
    if _WHOLE.fullmatch(text) and not text.startswith("$$"):
        return _value(_REFERENCE.fullmatch(text), known)
    return _REFERENCE.sub(lambda found: "${" if found[1] is None else as_text(_value(found, known)), text)


def replaced(text: str, replace: Callable[[str, str], str | None]) -> str:
    """The text with those references replaced for which `replace`, given name and path, has something."""

    def one(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        told = replace(*_parts(found))
        return found[0] if told is None else told

    return _REFERENCE.sub(one, text)


def alone(text: str) -> tuple[str, str] | None:
    """Name and path where a text is nothing but one reference."""
    if text.startswith("$$") or not _WHOLE.fullmatch(text):
        return None
    found = _REFERENCE.fullmatch(text)
    return _parts(found) if found else None


def as_text(value: Any) -> str:
    """A value inside of a text."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _parts(found: re.Match[str] | None) -> tuple[str, str]:
    assert found is not None
    parts = _NAME.fullmatch(found[1])
    if parts is None or not found[0].endswith("}"):
        raise Wrong(
            f"{shown(found[0])} refers to nothing", "write ${name} or ${id.path}; $${ for the letters themselves"
        )
    return parts[1], (parts[2] or "").strip()


def _value(found: re.Match[str] | None, known: Mapping[str, Any]) -> Any:
    name, path = _parts(found)
    if name not in known:
        raise Missing(f"${{{name}}} has no value")
    value = known[name]
    if not path:
        return value
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        value = jmespath.search(path.removeprefix("."), value)
    except JMESPathError as error:
        raise Missing(f"${{{name}{path}}}: {str(error).splitlines()[0]}") from None
    if value is None:
        raise Missing(f"${{{name}{path}}} finds nothing")
    return value
