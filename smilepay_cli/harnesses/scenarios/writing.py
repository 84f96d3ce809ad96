"""A scenario as YAML that people like to read: a line for a command, a line for what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 118


def document(head: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], note: str | None = None) -> str:
    """The text of a file with one scenario; `note` becomes a comment at its top."""
    lines = [f"# {note}"] if note else []
    lines += [f"{key}: {flow(value)}" for key, value in head.items()]
    lines.append("steps:" if steps else "steps: []")
    for step in steps:
        for number, (key, value) in enumerate(step.items()):
            lines += _entry(key, value, "  - " if number == 0 else "    ")
    return "\n".join(lines) + "\n"


def _entry(key: str, value: Any, before: str) -> list[str]:
    """On one line where there is room, else one line for each key below it."""
    line = f"{before}{key}: {flow(value)}"
    if len(line) <= WIDTH or not isinstance(value, Mapping) or not value:
        return [line]
    inner = " " * len(before) + "  "
    return [f"{before}{key}:", *(part for name, entry in value.items() for part in _entry(name, entry, inner))]


def flow(value: Any) -> str:
    """A value on one line, quoted where it has to be."""
    import yaml

    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=2**30)
    return text.removesuffix("\n").removesuffix("\n...")
