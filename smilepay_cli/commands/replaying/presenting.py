"""The trials' pictures: what is known of them, what came of them before, and what is to be looked at ahead."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.capture.files import read_file
from smilepay_cli.adapters.capture.set_frames import SetFrames
from smilepay_cli.adapters.far_files import MARK, read_far
from smilepay_cli.commands.lookout import made_by
from smilepay_cli.harnesses.replay.ahead import Ahead, Pictures
from smilepay_cli.harnesses.replay.looking import asked_by
from smilepay_cli.harnesses.replay.running import in_turn
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.adapters.face_memory import FaceMemory
    from smilepay_cli.commands.replaying.asked import Asked
    from smilepay_cli.ports import ReplaySet
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.trials import Outcome, Trial


@dataclass(slots=True)
class Presenting:
    """A harnesses.replay.running.Turns over a set, and the opener of its frames. One trial is under way at a time."""

    asked: Asked
    trial_set: ReplaySet
    till: Till
    memory: FaceMemory
    under: str
    """What names everything that an outcome follows from, besides the trial and its files."""
    images: int = 0
    """Looked at, or told of again."""
    cached: int = 0
    """Those of which everything was known before."""
    retold: int = 0
    """Trials that were run before under the very same conditions."""
    _read_before: dict[str, str] = field(default_factory=dict)
    """Digests of files that were read a moment ago."""
    _fresh: set[str] = field(default_factory=set)
    """Files that workers looked at for a trial that has not come yet."""
    _used: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Files of the trial that is under way, with the digests of their bytes and their pixels."""
    _offered: tuple[str, ...] = ()
    """As many as it has, used or not."""
    _is_camera: bool = False

    def pictures(self, trial: Trial) -> Pictures:
        """The files of a trial, and how they are shown. Raises UsageProblem."""
        files = tuple(whole_name(file) for file in self.trial_set.files_of(trial))
        is_clip = len(files) > 1 and not self.asked.as_stills
        return Pictures(files, self.asked.fps if is_clip else None)

    def frames(self, trial: Trial) -> SetFrames:
        """Opens the frames of a trial. Raises UsageProblem for files that are gone."""
        self._used, self._offered = {}, ()
        pictures = self.pictures(trial)
        self._offered, self._is_camera = pictures.files, pictures.fps is not None
        source = SetFrames(
            pictures.files,
            read,
            self.memory,
            fps=pictures.fps,
            seconds_max=self.till.policy.capture_seconds,
            sha256=trial.sha256,
            read_before=self._read_before,
            noted=self._used,
        )
        if not self._is_camera:
            with suppress(UsageProblem):  # it is told when they are paid with
                source.check()
        return source

    def outcome(self, trial: Trial) -> Outcome | None:
        """What came of the trial before, under the same conditions; told under the row that it has now."""
        name = self._name_of(trial)
        found = self.memory.outcome(name) if name else None
        if found is None:
            return None
        pictures = self.pictures(trial)
        looked_at = len(pictures.files) if pictures.fps is None else max(1, found.frames)
        self.retold += 1
        self.images += looked_at
        self.cached += looked_at
        self._forget(pictures.files)
        return replace(found, trial=trial)

    def keep(self, outcome: Outcome) -> None:
        """Know what came of a trial; not of one that could not be run, whose files may be whole the next time."""
        name = self._name_of(outcome.trial)
        if name and outcome.exit != ExitStatus.USAGE:
            self.memory.keep_outcome(name, outcome)

    def is_known(self) -> bool:
        """Whether everything that paying can ask of the trial's stills is known; a film is not read to find out."""
        if self._is_camera or not self._used:
            return False
        asked = asked_by(self.till.policy, self.till.pad, is_camera=False)
        return all(self.memory.knows(pixels, asked) for _, pixels in self._used.values())

    def turn(self) -> None:
        """A trial is over: what was asked of its pictures is known now."""
        asked = asked_by(self.till.policy, self.till.pad, is_camera=self._is_camera)
        for file, (_, pixels) in self._used.items():
            self.images += 1
            if not self.memory.knows(pixels, asked):
                self.memory.note(pixels, asked)
            elif file not in self._fresh:
                self.cached += 1
        self._forget(self._offered)  # a capture may end before its last frame
        self._used, self._offered = {}, ()
        self.memory.turn()

    def ahead(self, workers: Any) -> Callable[[Iterable[Trial]], Generator[Trial]]:
        """How trials come to their turn: with workers, each when they have looked at it."""
        if workers is None:
            return in_turn
        asked = partial(asked_by, self.till.policy, self.till.pad)
        return Ahead(
            workers=workers,
            memory=self.memory,
            pictures=self.pictures,
            read=read,
            asked=lambda is_camera: asked(is_camera=is_camera),
            is_kept=self._is_kept,
            read_before=self._read_before,
            fresh=self._fresh,
            made_by=made_by(self.till.engine),
        )

    def _forget(self, files: Iterable[str]) -> None:
        for file in files:
            self._read_before.pop(file, None)
            self._fresh.discard(file)

    def _is_kept(self, trial: Trial) -> bool:
        name = None if self.asked.carry_state else self._name_of(trial)
        return name is not None and self.memory.outcome(name) is not None

    def _name_of(self, trial: Trial) -> str | None:
        """What names the trial, the bytes of its files, and all that it is run under; None where one is unreadable."""
        digests = []
        try:
            for file in self.pictures(trial).files:
                digest = self._read_before.get(file)
                if digest is None:
                    digest = self._read_before[file] = sha256(read(file)).hexdigest()
                digests.append(digest)
        except UsageProblem:
            return None
        told = f"{self.under} {replace(trial, where='')!r} {digests}"
        return sha256(told.encode(errors="surrogateescape")).hexdigest()


def whole_name(file: Path | str) -> str:
    """A file by a name that means the same to workers that were started elsewhere."""
    return file if isinstance(file, str) else str(file.absolute())


def read(name: str) -> bytes:
    """The bytes of a file, or of what lies at a URL. Raises UsageProblem."""
    return read_far(name) if MARK in name else read_file(Path(name))
