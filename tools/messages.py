"""The texts that people read, and their translations.

    .venv/bin/python tools/messages.py            collect the texts, write them into every catalogue, compile it
    .venv/bin/python tools/messages.py --check    write nothing; say what is missing or out of date and end with 1

A text is collected where the code or a page calls `tr`, `trn` or `marked` with it (vocabulary/language.py), and from
the help of every command. A catalogue is `smilepay_cli/locale/LANGUAGE/LC_MESSAGES/smilepay.po`; what was collected and
has no translation yet stands in it with an empty one.
"""

from __future__ import annotations

import inspect
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "smilepay_cli"
CATALOGUES = sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/smilepay.po"))
KEYWORDS = {"tr": None, "trn": (2, 3), "marked": None}
NO_DATE = datetime(2015, 3, 15, tzinfo=UTC)
"""In the head of every catalogue: when a file was written is in its history already."""


def collected() -> Catalog:
    """Every text, with where it is."""
    catalogue = Catalog(domain="smilepay", project="smilepay", creation_date=NO_DATE)
    for path in sorted(PACKAGE.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        with path.open("rb") as file:
            for line, text, _, _ in extract("python", file, KEYWORDS):
                catalogue.add(text, locations=[(place, line)])
    for path in sorted(PACKAGE.rglob("*.jinja")):
        with path.open("rb") as file:
            for line, text, _, _ in extract("jinja2.ext:babel_extract", file, KEYWORDS, options={"encoding": "utf-8"}):
                catalogue.add(text, locations=[(str(path.relative_to(ROOT)), line)])
    for place, text in sorted(set(_helps())):
        catalogue.add(text, locations=[(place, 1)])
    return catalogue


def _helps() -> Iterator[tuple[str, str]]:
    """Help of commands and options, with the module that it is in."""
    from smilepay_cli.commands.app import COMMANDS, build

    tree = build()
    yield from _help_of(tree, "app")
    for name in COMMANDS:
        yield from _help_of(tree.commands[name], name)


def _help_of(command: Any, module: str) -> Iterator[tuple[str, str]]:
    place = f"smilepay_cli/commands/{module}.py"
    texts = [command.help, command.short_help, command.epilog]
    for parameter in command.params:
        texts += [getattr(parameter, "help", None), getattr(parameter, "rich_help_panel", None)]
    yield from ((place, inspect.cleandoc(text)) for text in texts if text)
    for inner in getattr(command, "commands", {}).values():
        yield from _help_of(inner, module)


def updated(path: Path, template: Catalog) -> Catalog:
    """A catalogue with the texts that there are now; those that are gone are gone from it too."""
    with path.open("rb") as file:
        catalogue = read_po(file, domain="smilepay")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    catalogue.msgid_bugs_address, catalogue.last_translator = "see CONTRIBUTING.md", "smilepay"
    catalogue.language_team = "smilepay"
    catalogue.header_comment = f"# Texts of smilepay in {catalogue.locale_identifier}. tools/messages.py collects them."
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    """The text of a catalogue; line numbers would change with every edit."""
    file = io.BytesIO()
    write_po(file, catalogue, width=120, include_lineno=False, sort_by_file=True)
    return file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """What gettext reads."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def flaws(catalogue: Catalog) -> list[str]:
    """Texts without a translation, and translations in which a value would be lost or cannot be filled in."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        if not all(_texts(message.string)):
            found.append(f"no translation: {_texts(message.id)[0]!r}")
            continue
        wanted = set[str]().union(*map(_places, _texts(message.id)))
        found += [
            f"other places than {_texts(message.id)[0]!r}: {told!r}"
            for told in _texts(message.string)
            if _places(told) != wanted
        ]
    return found


def _texts(of: Any) -> list[str]:
    """One text, or one for each plural form; an empty one where there is none."""
    return [of or ""] if of is None or isinstance(of, str) else [text or "" for text in of]


def _places(text: str) -> set[str]:
    try:
        return {
            f"{name}!{how or ''}:{spec}" for _, name, spec, how in string.Formatter().parse(text) if name is not None
        }
    except ValueError as error:
        return {f"unreadable: {error}"}


def main(arguments: list[str]) -> int:
    """Write the catalogues, or with --check say what is wrong with them."""
    if arguments not in ([], ["--check"]):
        print("usage: messages.py [--check]", file=sys.stderr)
        return 2
    template, wrong = collected(), []
    for po in CATALOGUES:
        catalogue = updated(po, template)
        name = po.relative_to(ROOT)
        wrong += [f"{name}: {flaw}" for flaw in flaws(catalogue)]
        for path, content in ((po, as_po(catalogue)), (po.with_suffix(".mo"), as_mo(catalogue))):
            if path.exists() and path.read_bytes() == content:
                continue
            if arguments:
                wrong.append(f"{path.relative_to(ROOT)} is out of date; run: make docs")
            else:
                path.write_bytes(content)
                print(f"messages: wrote {path.relative_to(ROOT)}")
    for line in wrong:
        print(f"messages: {line}", file=sys.stderr)
    return 1 if wrong and arguments else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # tools and tests are no installed packages
    sys.exit(main(sys.argv[1:]))
