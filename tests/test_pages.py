"""What pages tell people to do can be done: links lead somewhere, command lines are taken, files are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from smilepay_cli.commands.app import build
from tools import docs, docs_links
from tools.docs_links import FENCE, broken_links, prose

ROOT = docs.ROOT
PAGES = docs.pages()
_ENDS = frozenset({"|", "||", "&&", ";", "<", ">", ">>", "&"})
"""What ends a call in a shell."""


def shell_lines(text: str) -> list[list[str]]:
    """The words of each call of smilepay in the fences of a page that a shell or a workflow reads."""
    bodies = [body for kind, body in FENCE.findall(text) if kind in ("sh", "yaml", "dockerfile")]
    lines = [line for body in bodies for line in body.replace("\\\n", "").splitlines() if "smilepay" in line]
    return [call for line in lines for call in _calls(line)]


def _calls(line: str) -> list[list[str]]:
    lexer = shlex.shlex(line.replace("`", ""), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = []
    words: list[str] | None = None
    for word in lexer:
        if word in _ENDS:
            words = None
        elif words is not None:
            words.append(word)
        elif word.rpartition("/")[2] == "smilepay" and ":" not in word:  # volume:/smilepay is none
            words = []
            found.append(words)
    return [words for words in found if words and words[0][0].isalpha()]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_a_prompt_stands_only_where_it_is_run(path: Path) -> None:
    """`$ smilepay` outside a console fence would be a session that nobody ran."""
    for kind, body in FENCE.findall(path.read_text(encoding="utf-8")):
        if kind != "console":
            assert not re.search(r"^\$ ", body, re.MULTILINE), f"{path.name}: a {kind} fence with a prompt"


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_commands_in_text_exist(path: Path) -> None:
    """What is not run, in sh fences and between backquotes, at least has commands and options that exist."""
    text = path.read_text(encoding="utf-8")
    fenced = [line for kind, body in FENCE.findall(text) if kind == "sh" for line in body.splitlines()]
    quoted = re.findall(r"`(smilepay [^`]+)`", prose(text))
    for line in (*fenced, *quoted):
        if line.startswith("smilepay "):
            require_known(line.partition("#")[0].split()[1:], line)


def require_known(words: list[str], line: str) -> None:
    command, groups = leaf(words)
    first = words[0] if words else "-"
    is_argument = bool([p for p in command.params if p.param_type_name == "argument"])
    assert first.startswith("-") or is_argument, f"there is no command {first!r}: {line}"
    known = {option for group in groups for parameter in group.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word in known or word == "--help", f"there is no option {word}: {line}"


def leaf(words: list[str]) -> tuple[Any, list[Any]]:
    """The command that a line names, and the groups on the way; what is left in `words` are its own."""
    command: Any = build()
    groups = [command]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
        groups.append(command)
    return command, groups


SHELL_LINES = [
    pytest.param(words, id=f"{path.stem}-{number}")
    for path in PAGES
    for number, words in enumerate(shell_lines(path.read_text(encoding="utf-8")))
]


def require_parsed(words: list[str]) -> None:
    """As the program reads a line, up to where it would begin to do something."""
    command, _ = leaf(words)
    if getattr(command, "commands", None) and words and not words[0].startswith("-"):
        raise typer.TyperException(f"there is no command {words[0]!r}")
    command.make_context("smilepay", words)


@pytest.mark.parametrize("words", SHELL_LINES)
def test_a_shell_line_is_parsed(words: list[str]) -> None:
    """What a page tells people to type, in a shell or in a workflow, is what the program takes: no option without its
    value, no argument that is missing or too much.
    """
    require_parsed(list(words))


def test_lines_are_found_in_shells_and_workflows() -> None:
    """Else the test above would be one of nothing."""
    assert shell_lines(
        "```sh\nsmilepay pay --json >a || b\n./venv/bin/smilepay doctor # why\ndocker build --tag smilepay .\n```\n"
        "```yaml\n- run: bin/smilepay run x\n```\n```text\nsmilepay no\n```\n"
        "```sh\ndocker run --rm \\\n  smilepay run /in \\\n  --gate 'a <= 2 %' | jq .\n```\n"
    ) == [["pay", "--json"], ["doctor"], ["run", "x"], ["run", "/in", "--gate", "a <= 2 %"]]
    assert len(SHELL_LINES) > 40


@pytest.mark.parametrize(
    "line", ["pay --amount", "accounts forget", "demo twice", "pya", "wallet blance", "pay --smile", "run"]
)
def test_a_wrong_shell_line_would_be_noticed(line: str) -> None:
    """A value or an argument that is missing, one too much, a command or an option that is not there."""
    with pytest.raises(typer.TyperException):
        require_parsed(line.split())


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_every_link_leads_somewhere(path: Path) -> None:
    """Relative links resolve to a file of the project, and to a heading of it where they name one."""
    assert broken_links(path) == []


def test_a_broken_link_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no heading, a folder, a place outside of the project."""
    monkeypatch.setattr(docs_links, "ROOT", tmp_path / "docs")
    folder = tmp_path / "docs" / "img"
    folder.mkdir(parents=True)
    bad = tmp_path / "docs" / "bad.md"
    bad.write_text(
        "# A, b\n[1](none.md) [2](#c) [3](#a-b) [4](img) [5](../x.md) [6](https://e.org)\n"
        "![7](a.svg) [8][9] `[8][9]`\n",
        "utf-8",
    )
    assert broken_links(bad) == [
        "bad.md: [8][9] is a link by reference; write its target beside it",
        "bad.md: none.md is no file of the project",
        "bad.md: #c names a heading that is not there",
        "bad.md: img is no file of the project",
        "bad.md: ../x.md is outside of the project",
        "bad.md: a.svg is no file of the project",
    ]


PATH = re.compile(
    r"`((?:smilepay_cli|tests|tools|docs|benchmarks|packaging|requirements|scenarios|vocabulary|rules|ports|adapters"
    r"|verbs|harnesses|render|commands)/[\w./-]*|zensical\.toml)`"
)
NAME_IN_PATH = re.compile(r"((?:`\w+`(?:, | and )?)+)[^`|;]* in\s+`([\w/]+\.py)`")


@pytest.mark.parametrize("name", ["docs/extending.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_files_that_contributors_are_sent_to_are_there(name: str) -> None:
    """Where a new thing goes is told by real names: a file that is moved takes its page along."""
    named = PATH.findall(prose(page(name)))
    assert len(named) > 5
    for path in named:
        assert (ROOT / path).exists() or (ROOT / "smilepay_cli" / path).exists(), f"{name} names {path}"
    for symbols, path in NAME_IN_PATH.findall(prose(page(name))):
        for symbol in re.findall(r"`(\w+)`", symbols):
            assert re.search(rf"\b{symbol}\b", page(path)), f"{name}: {symbol} is not in {path}"


def test_names_that_contributors_are_sent_to_are_looked_at() -> None:
    """Those of every recipe: else the test above would find nothing wrong in nothing."""
    found = {symbol for symbols, _ in NAME_IN_PATH.findall(page("docs/extending.md")) for symbol in symbols.split("`")}
    assert found >= {
        *("Reason", "STAGES", "CUES", "judged", "FaceEngine", "open_engine", "SHOWN_BY"),
        *("COMMANDS", "SPECIES", "SOURCES", "_WEAKER", "FACTS", "LAYERS"),
    }
