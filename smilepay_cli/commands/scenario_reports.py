"""The reports of a run as files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from smilepay_cli.harnesses.scenarios.played import RunResult, line_of
from smilepay_cli.vocabulary.errors import UsageProblem


def require_writable(reports: Mapping[str, str]) -> None:
    """Before anything runs: the folders are there. Raises UsageProblem."""
    for kind, name in reports.items():
        path = Path(name).expanduser()
        folder = path.absolute().parent
        if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
            told = "it is a folder" if path.is_dir() else f"there is no folder {folder} to write to"
            raise UsageProblem(f"--{kind} {name}: {told}", reason="unwritable")
    if len({Path(name).expanduser().absolute() for name in reports.values()}) < len(reports):
        raise UsageProblem("two reports have the same file")


def written(result: RunResult, reports: Mapping[str, str]) -> dict[str, str]:
    """Write those that were asked for, each whole or not at all, over those of an earlier run."""
    from smilepay_cli.render.scenarios.junit import junit
    from smilepay_cli.render.scenarios.tap import tap

    makers: dict[str, Callable[[], Iterable[bytes]]] = {
        "junit": lambda: junit(result),
        "tap": lambda: tap(result),
        "jsonl": lambda: map(line_of, result.scenarios),
    }
    for kind, name in reports.items():
        _write(Path(name).expanduser().absolute(), makers[kind](), kind)
    return dict(reports)


def _write(path: Path, chunks: Iterable[bytes], kind: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.writelines(chunks)
        draft.replace(path)
    except OSError as error:
        raise UsageProblem(f"--{kind} {path}: {error.strerror or error}", reason="unwritable") from None
    finally:
        draft.unlink(missing_ok=True)
