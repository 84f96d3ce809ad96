"""The folder that a run writes to: results as they come, and a note of how far it is, so that it can go on.

`results.jsonl` grows line by line. From time to time a note says how long it is and what was counted so far; what is
behind that when a run goes on was written after the last note, and is cut off and made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any, BinaryIO

from smilepay_cli.adapters.capture.files import printable, read_file
from smilepay_cli.vocabulary.errors import UsageProblem

RESULTS, NOTE, SUMMARY, SCRATCH = "results.jsonl", "run.json", "summary.json", "scratch"
FORMAT = "smilepay-run/1"
DRAFT = ".draft"
LONGEST_ROW = 4 * 1024 * 1024
"""Bytes of a result; one of many frames has some hundred thousand."""
SECONDS_A_NOTE = 2.0
"""Between two notes; a run that is killed does so much again."""
NOTES_SHARE = 40
"""Times what the last note took, at least: of a hundred thousand targets it is a second."""


class RunFolder:
    """One run. `key` names everything that its results follow from: a run of another key does not go on here."""

    def __init__(self, folder: Path, key: str, monotonic: Callable[[], float]) -> None:
        self.folder = folder
        self._key = key
        self._monotonic = monotonic
        self._results: BinaryIO | None = None
        self._noted = monotonic()
        self._cost = 0.0
        """Seconds that the last note took."""
        self.rows = 0
        """Results that are there already."""
        self.seconds = 0.0
        """What they took."""
        self.tally: Mapping[str, Any] | None = None
        """What was counted of them."""

    @property
    def scratch(self) -> Path:
        """Where the scratch wallet is while the run lasts."""
        return self.folder / SCRATCH

    def open(self, *, restart: bool = False, anew: bool = False) -> None:
        """Make the folder, or find out how far the run in it came. `restart` begins anew, whatever run it was; `anew`
        does so for the same run only, where results hang on those before.

        Raises UsageProblem for a folder that holds other things, a run that is done, that goes on just now, or one of
        another key.
        """
        try:
            self._open(restart=restart, anew=anew)
        except OSError as error:
            self._let_go()
            raise self._problem(error.strerror or str(error), "name another folder") from None
        except BaseException:
            self._let_go()
            raise

    def _open(self, *, restart: bool, anew: bool) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {entry.name for entry in self.folder.iterdir()}
        note = self._read_note() if NOTE in names else None
        if names and note is None and not self._is_only_begun(names):
            raise self._problem("it is not empty, and holds no run that could go on", "name a new folder")
        self._results = self._alone(note)
        keeps = self._go_on(note, anew=anew) if note and not restart else 0
        self._results.truncate(keeps)
        self._results.seek(0, os.SEEK_END)
        self.note(self.tally or {}, self.seconds)  # first: what is in a noted folder is ours to clear
        self.clear_scratch()
        self.scratch.mkdir(mode=0o700)

    def append(self, line: str) -> None:
        """One more result. Raises UsageProblem where it cannot be written."""
        assert self._results is not None
        try:
            self._results.write(line.encode())
        except OSError as error:
            raise self._problem(error.strerror or str(error), "make room, and run it again: it goes on") from None
        self.rows += 1

    def note_is_due(self) -> bool:
        """Whether the last note is long ago."""
        return self._monotonic() - self._noted >= max(SECONDS_A_NOTE, NOTES_SHARE * self._cost)

    def note(self, tally: Mapping[str, Any], seconds: float) -> None:
        """How far the run is. Raises UsageProblem where it cannot be written."""
        assert self._results is not None
        begun = self._monotonic()
        try:
            self._results.flush()
            told = {
                "format": FORMAT, "key": self._key, "rows": self.rows, "bytes": self._results.tell(),
                "seconds": seconds, "tally": tally,
            }  # fmt: skip
            self._put(NOTE, [json.dumps(told).encode()])
        except OSError as error:
            raise self._problem(error.strerror or str(error), "make room, and run it again: it goes on") from None
        self._noted = self._monotonic()
        self._cost = self._noted - begun

    def results(self) -> Iterator[dict[str, Any]]:
        """The results so far, read one by one."""
        if self._results is not None:
            self._results.flush()
        yield from rows_of(self.folder / RESULTS)

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file beside the results, whole or not at all. Raises UsageProblem."""
        try:
            self._put(name, chunks)
        except OSError as error:
            raise self._problem(error.strerror or str(error), "make room, and run it again: it goes on") from None

    def finish(self) -> None:
        """Nothing is to go on any more."""
        self.close()
        (self.folder / NOTE).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the results, and of the scratch wallet."""
        self._let_go()
        self.clear_scratch()

    def clear_scratch(self) -> None:
        """No scratch wallet."""
        rmtree(self.scratch, ignore_errors=True)

    def _let_go(self) -> None:
        if self._results is not None:
            with suppress(OSError):
                self._results.close()
            self._results = None

    def _put(self, name: str, chunks: Iterable[bytes]) -> None:
        draft = self.folder / f".{name}{DRAFT}"
        try:
            with draft.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            draft.replace(self.folder / name)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def _alone(self, note: Mapping[str, Any] | None) -> BinaryIO:
        """The results, for as long as they are open held by us alone. Raises UsageProblem and OSError."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.fdopen(os.open(self.folder / RESULTS, flags, 0o666), "r+b")
        try:
            flock(file, LOCK_EX | LOCK_NB)
            if self._read_note() == note:
                return file
        except BlockingIOError:
            pass
        except BaseException:
            file.close()
            raise
        file.close()
        raise self._problem("another replay writes to it", "wait for it, or name a new folder")

    def _is_only_begun(self, names: set[str]) -> bool:
        """Whether a run ended before its first note, and left nothing."""
        results = self.folder / RESULTS
        return names <= {RESULTS, f".{NOTE}{DRAFT}"} and (RESULTS not in names or not results.stat().st_size)

    def _read_note(self) -> dict[str, Any] | None:
        with suppress(ValueError, RecursionError, UsageProblem):
            note = json.loads(read_file(self.folder / NOTE))
            if isinstance(note, dict) and note.get("format") == FORMAT and _is_whole(note):
                return note
        return None

    def _go_on(self, note: Mapping[str, Any], *, anew: bool) -> int:
        """How many bytes of the results stay."""
        if note["key"] != self._key:
            raise self._problem(
                "it holds a run that is not done, of another set, seed, wallet, policy, or program",
                "name a new folder, or begin that one anew with --restart",
            )
        if anew:
            return 0
        if (self.folder / RESULTS).stat().st_size < note["bytes"]:
            raise self._problem(f"{RESULTS} is shorter than it was", "begin anew with --restart")
        self.rows, self.seconds, self.tally = note["rows"], note["seconds"], note["tally"]
        return int(note["bytes"])

    def _problem(self, detail: str, hint: str) -> UsageProblem:
        return UsageProblem(f"--out {printable(str(self.folder))}: {detail}", hint=hint, reason="unusable_folder")


def _is_whole(note: Mapping[str, Any]) -> bool:
    kinds = {"key": str, "rows": int, "bytes": int, "seconds": int | float, "tally": dict}
    return (
        all(isinstance(note.get(name), kind) for name, kind in kinds.items()) and min(note["rows"], note["bytes"]) >= 0
    )


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a results.jsonl, one by one. Raises UsageProblem for what is none."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(partial(file.readline, LONGEST_ROW), b""), start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise UsageProblem(f"{name}:{number}: no result", reason="bad_results")
                yield row
    except OSError as error:
        raise UsageProblem(f"{name}: {error.strerror or error}", reason="unreadable_file") from None
    except (ValueError, RecursionError):
        raise UsageProblem(f"{name}: it is no results.jsonl of a replay", reason="bad_results") from None
