"""The navigation of the documentation, by reader: read from zensical.toml, listed in README.md and docs/README.md."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import relpath
from typing import Any

from tools.docs_console import ROOT
from tools.docs_links import prose

CONFIGURATION = ROOT / "zensical.toml"
INDEX = "docs/README.md"
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s|\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation: its name there, and its file, seen from the repository's root."""

    title: str
    path: str


def project() -> dict[str, Any]:
    """What zensical.toml says."""
    said: dict[str, Any] = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))["project"]
    return said


def sections() -> dict[str, list[Entry]]:
    """The pages for each kind of reader, in order."""
    return {
        reader: [Entry(title, path) for line in lines for title, path in line.items()]
        for section in project()["nav"]
        for reader, lines in section.items()
    }


def entries() -> list[Entry]:
    """Every page of the navigation."""
    return [entry for lines in sections().values() for entry in lines]


def purpose(text: str) -> str:
    """What a page is for: the first sentence below its title."""
    _, _, below = _COMMENT.sub("", prose(text)).partition("\n")
    paragraph = below.strip().partition("\n\n")[0].replace("\n", " ")
    end = _SENTENCE_END.search(paragraph)
    return paragraph[: end.start()] if end else paragraph


def links_by_reader() -> str:
    """A row for each kind of reader, a link for each page, as seen from README.md."""
    rows = (
        f"| **{reader}** | "
        + " · ".join(f"[{entry.title}]({entry.path})" for entry in lines if _elsewhere(entry))
        + " |"
        for reader, lines in sections().items()
    )
    return "| for | read |\n| --- | --- |\n" + "\n".join(rows) + "\n"


def pages_by_reader() -> str:
    """A list for each kind of reader, a line for each page with what it is for, as seen from docs/README.md."""
    parts: list[str] = []
    for reader, lines in sections().items():
        parts.append(f"## {reader}\n")
        listed = [entry for entry in lines if entry.path != INDEX]
        parts.append("".join(f"- [{entry.title}]({_from_docs(entry.path)}): {_told(entry)}\n" for entry in listed))
    return "\n".join(parts)


def _elsewhere(entry: Entry) -> bool:
    return entry.path != "README.md"


def _from_docs(path: str) -> str:
    return relpath(path, str(PurePosixPath(INDEX).parent))


def _told(entry: Entry) -> str:
    """A page's purpose, with its links as plain words: they would lead elsewhere from another page."""
    sentence = purpose((ROOT / entry.path).read_text(encoding="utf-8"))
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", sentence).rstrip(":") + ("." if sentence.endswith(":") else "")
