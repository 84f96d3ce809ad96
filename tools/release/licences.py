"""Licences of what smilepay needs, from bills of materials: held against packaging/licences.toml, told on a page."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.release.shell import ROOT, Problem

RULES = ROOT / "packaging" / "licences.toml"
PAGE = ROOT / "docs" / "third-party.md"
_BETWEEN = re.compile(r"\s+(?:AND|OR)\s+|[()]")
_SAYS_LITTLE = {
    "License :: OSI Approved",
    "License :: OSI Approved :: BSD License",
    "License :: OSI Approved :: Apache Software License",
    "License :: OSI Approved :: MIT License",
    "License :: OSI Approved :: Python Software Foundation License",
}
"""Classifiers that contradict no identifier beside them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """packaging/licences.toml"""

    allowed: frozenset[str]
    stated: Mapping[str, Mapping[str, str]]
    """By package: `licence` and `reason`."""
    bundled: Mapping[str, str]
    """By package: what else is in its wheels."""


@dataclass(frozen=True, slots=True, order=True)
class Licensed:
    """A package with its licence, an SPDX expression."""

    name: str
    version: str
    licence: str


def read_rules(path: Path = RULES) -> Rules:
    """The rules. Raises Problem for a statement without a reason."""
    rules = tomllib.loads(path.read_text(encoding="utf-8"))
    stated = rules.get("stated", {})
    for name, statement in stated.items():
        if not statement.get("licence") or not statement.get("reason"):
            raise Problem(f"{path.name}: {name} is stated without a licence or without a reason")
    return Rules(frozenset(rules["allowed"]), stated, rules.get("bundled", {}))


def normal(name: str) -> str:
    """A package's name as locks write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def judged(components: Sequence[Mapping[str, Any]], rules: Rules) -> tuple[list[Licensed], list[str]]:
    """Every package with its licence; and what is unknown, not allowed, or stated without need."""
    found: set[Licensed] = set()
    problems: list[str] = []
    for component in components:
        name = normal(component["name"])
        licence, trouble = _licence_of(name, component, rules)
        problems += trouble
        found.add(Licensed(name, component["version"], licence))
    names = {one.name for one in found}
    undeclared = {normal(component["name"]) for component in components if not _declared(component)[0]}
    for name in sorted((rules.stated.keys() & names) - undeclared):
        problems.append(f"{name}: declares its licence itself; take its statement away from packaging/licences.toml")
    for name in sorted({*rules.stated, *rules.bundled} - names):
        problems.append(f"{name}: packaging/licences.toml speaks of it, and it is not needed any more")
    return sorted(found), sorted(set(problems))


def _licence_of(name: str, component: Mapping[str, Any], rules: Rules) -> tuple[str, list[str]]:
    identifiers, classifiers = _declared(component)
    statement = rules.stated.get(name)
    if identifiers:
        licence = " AND ".join(identifiers)
        troubles = [f"declares {licence}, and {other} as well" for other in classifiers if other not in _SAYS_LITTLE]
    elif statement:
        licence, troubles = statement["licence"], []
    else:
        licence, troubles = "unknown", [f"declares no SPDX identifier ({', '.join(classifiers) or 'nothing at all'})"]
    if licence != "unknown":
        troubles += [
            f"is under {one}, which is not allowed" for one in _identifiers(licence) if one not in rules.allowed
        ]
    return licence, [f"{name} {component['version']}: {trouble}" for trouble in troubles]


def _declared(component: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """SPDX identifiers and expressions, and classifiers that are none. Names given to licence texts are passed over."""
    identifiers, classifiers = [], []
    for entry in component.get("licenses", ()):
        licence = entry.get("license", {})
        if "expression" in entry:
            identifiers.append(entry["expression"])
        elif "id" in licence:
            identifiers.append(licence["id"])
        elif licence.get("name", "").startswith("License ::"):
            classifiers.append(licence["name"])
    return identifiers, classifiers


def _identifiers(expression: str) -> Iterator[str]:
    """Every one of an expression, of a choice too: a choice with what is not allowed is to be stated."""
    for part in _BETWEEN.split(expression):
        if part.strip():
            yield part.strip()


def page(found: Iterable[Licensed], rules: Rules) -> str:
    """docs/third-party.md"""
    rows = [f"| {one.name} | {one.version} | {one.licence} |" for one in found]
    stated = [
        f"- **{name}**: {statement['licence']}. {statement['reason']}" for name, statement in rules.stated.items()
    ]
    bundled = [f"- **{name}**: {note}" for name, note in rules.bundled.items()]
    return "\n".join([_INTRODUCTION, *rows, _STATED, *stated, _BUNDLED, *bundled, "", _MADE, ""])


_MADE = "<!-- Written by `make release`, or by itself with ARGS=--licences: not by hand. -->"
_INTRODUCTION = """\
# Third-party licences

smilepay's own code is under the [MIT licence](../LICENSE). It contains no other people's code; installing it brings the
packages below, each under its own licence. The list is made from the bills of materials of a release, which hold the
licence texts; where two versions stand, which one is installed depends on the Python.
[Face models and pictures](data-and-licences.md) have terms of their own.

A package under a licence that asks for more than its notice, or that says nothing a program can read, stops a release
until `packaging/licences.toml` states what it is under, and why that is known.

| package | version | licence (SPDX) |
| --- | --- | --- |"""
_STATED = """
## Stated by hand

Their metadata have no SPDX identifier, or a wrong one:
"""
_BUNDLED = """
## What their wheels bundle

No metadata say this. None of it is in smilepay's own wheel; who hands on an image or a folder in which these packages
are installed hands this on too, and has to keep to its terms:
"""
