"""Pages as Markdown: what stands outside of fences, where links lead, which anchors a page has on a code host."""

from __future__ import annotations

import re
from pathlib import Path

from tools.docs_console import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z]+:")
_BY_REFERENCE = re.compile(r"\[[^\[\]]+\]\[[^\[\]]*\]")
_CODE = re.compile(r"`[^`\n]*`")


def prose(text: str) -> str:
    """A page without its fences."""
    return FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Where the links and pictures of a page lead, as written; addresses elsewhere are left out."""
    return [target for target in _LINK.findall(prose(text)) if not _ELSEWHERE.match(target)]


def linked_file(page: Path, target: str) -> Path:
    """The file that a link on a page means: the page itself where only an anchor is named."""
    name = target.partition("#")[0]
    return (page.parent / name).resolve() if name else page


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(prose(text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    """What is wrong with the links of a page, one line each: no such file, outside of the project, no such heading; and
    links by reference, of which no tool says that the reference is missing.
    """
    name = page.relative_to(ROOT)
    by_reference = _BY_REFERENCE.findall(_CODE.sub("", prose(page.read_text(encoding="utf-8"))))
    found = [f"{name}: {link} is a link by reference; write its target beside it" for link in by_reference]
    for target in links(page.read_text(encoding="utf-8")):
        aim, anchor = linked_file(page, target), target.partition("#")[2]
        if not aim.is_relative_to(ROOT):
            found.append(f"{name}: {target} is outside of the project")
        elif not aim.is_file():
            found.append(f"{name}: {target} is no file of the project")
        elif anchor and anchor not in anchors(aim.read_text(encoding="utf-8")):
            found.append(f"{name}: {target} names a heading that is not there")
    return found
