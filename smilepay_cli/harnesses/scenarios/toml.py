"""Mappings of a scenario as TOML, for the commands that take such files: policies and catalogues."""

from __future__ import annotations

import json
import re

from smilepay_cli.harnesses.scenarios.nodes import NUMBER, Items, Node, Scalar, Table

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(table: Table) -> str:
    """The text of a file. Numbers stay as they were written."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.entries.items())


def _value(node: Node) -> str:
    if isinstance(node, Items):
        return f"[{', '.join(map(_value, node.items))}]"
    if isinstance(node, Table):
        return "{" + ", ".join(f"{_key(key)} = {_value(value)}" for key, value in node.entries.items()) + "}"
    assert isinstance(node, Scalar)
    if node.plain and (node.text in ("true", "false") or NUMBER.fullmatch(node.text)):
        return node.text
    return _quoted("" if node.is_nothing else node.text)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
