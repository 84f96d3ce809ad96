"""Having others look at the pictures of trials before their turn comes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice, tee
from typing import TYPE_CHECKING, Any, Protocol

from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.trials import Trial

TRIALS_A_TASK = 4


@dataclass(frozen=True, slots=True)
class Pictures:
    """The files of one trial, and how they are shown."""

    files: tuple[str, ...]
    fps: float | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was measured: digests of files with those of their pixels, and measures by the pixels' digest."""

    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By the file's name: digests of its bytes and of its pixels."""
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    made_by: str = ""
    """What names program, engine, models and rules."""


class Remembering(Protocol):
    """A memory that can be told of measures that were taken elsewhere."""

    def pixels_of(self, file_digest: str) -> str | None:
        """The digest of the pixels in a file that was decoded before."""

    def learn(self, file_digest: str, pixels: str) -> None:
        """What a file decodes to."""

    def knows(self, pixels: str, what: str) -> bool:
        """Whether a measure is known."""

    def absorb(self, pixels: str, measures: Mapping[str, Any]) -> None:
        """What was measured; what is known already stays."""


class Lookouts(Protocol):
    """Workers for tasks of a few trials each."""

    def ordered(self, tasks: Iterable[tuple[Pictures, ...] | None]) -> Iterator[Looked | None]:
        """What was seen, in order; None for a task that is None, or that nobody could do."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Trials in order, each after its pictures were looked at by somebody else, where they are not known already."""

    workers: Lookouts
    memory: Remembering
    pictures: Callable[[Trial], Pictures]
    """Raises UsageProblem for files that cannot be used; the trial itself tells so when its turn comes."""
    read: Callable[[str], bytes]
    asked: Callable[[bool], str]
    """What is asked of a frame of stills, or of a camera."""
    is_kept: Callable[[Trial], bool]
    """Whether it is known what comes of it."""
    read_before: dict[str, str]
    """Digests of the files that were read for this; the trial that they belong to takes them out."""
    fresh: set[str]
    """Files that were looked at now; the trial takes them out as well."""
    made_by: str = ""
    """What names this program, its engine, models and rules: others measure otherwise."""

    def __call__(self, trials: Iterable[Trial]) -> Generator[Trial]:
        """The same trials. Raises UsageProblem for workers that measure otherwise than we do."""
        ours, theirs = tee(_chunks(trials))
        for chunk, looked in zip(ours, self.workers.ordered(self._task(chunk) for chunk in theirs), strict=True):
            if looked is not None:
                self._require_same(looked)
                for name, (digest, pixels) in looked.files.items():
                    self.read_before[name] = digest
                    self.fresh.add(name)
                    self.memory.learn(digest, pixels)
                for pixels, measures in looked.measures.items():
                    self.memory.absorb(pixels, measures)
            yield from chunk

    def _require_same(self, looked: Looked) -> None:
        if looked.made_by != self.made_by:
            raise UsageProblem(
                "a worker has another version of the program, or other models, than this one",
                hint="install the same on every worker",
                reason="other_worker",
            )

    def _task(self, trials: tuple[Trial, ...]) -> tuple[Pictures, ...] | None:
        left = (self._pictures(trial) for trial in trials if not self.is_kept(trial))
        unknown = [pictures for pictures in left if pictures and not self._is_known(pictures)]
        return tuple(unknown) or None

    def _pictures(self, trial: Trial) -> Pictures | None:
        try:
            return self.pictures(trial)
        except UsageProblem:
            return None

    def _is_known(self, pictures: Pictures) -> bool:
        asked = self.asked(pictures.fps is not None)
        for file in pictures.files:
            try:
                digest = sha256(self.read(file)).hexdigest()
            except UsageProblem:
                return True  # nobody else can read it either
            pixels = self.memory.pixels_of(digest)
            if pixels is None or not self.memory.knows(pixels, asked):
                return False
            self.read_before[file] = digest
        return True


def _chunks(trials: Iterable[Trial]) -> Iterator[tuple[Trial, ...]]:
    coming = iter(trials)
    while chunk := tuple(islice(coming, TRIALS_A_TASK)):
        yield chunk
