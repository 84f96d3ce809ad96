"""Pictures are looked at before their turn, where that is of use; trials stay what and where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.harnesses.replay.ahead import TRIALS_A_TASK, Ahead, Looked, Pictures
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.trials import Kind, Trial


@dataclass
class Lookouts:
    """Does every task at once, but for those with a file of `lost`."""

    lost: frozenset[str] = frozenset()
    made_by: str = "us"
    tasks: list[tuple[Pictures, ...]] = field(default_factory=list)

    def ordered(self, tasks: Iterable[tuple[Pictures, ...] | None]) -> Iterator[Looked | None]:
        for task in tasks:
            if task is None:
                yield None
                continue
            self.tasks.append(task)
            files = [file for pictures in task for file in pictures.files]
            if self.lost & set(files):
                yield None
                continue
            pairs = {file: (digest(file), f"pixels of {file}") for file in files}
            measures = {pixels: {"border": 0.5, "asked False": True} for _, pixels in pairs.values()}
            yield Looked(pairs, measures, self.made_by)


def digest(file: str) -> str:
    return sha256(file.encode()).hexdigest()


def read(file: str) -> bytes:
    if file == "gone":
        raise UsageProblem("gone")
    return file.encode()


def pictures(trial: Trial) -> Pictures:
    if trial.path == "no file":
        raise UsageProblem("no file")
    return Pictures((trial.path,), None)


def is_kept(trial: Trial) -> bool:
    return trial.path == "kept"


def ahead(workers: Lookouts, memory: FaceMemory | None = None) -> Ahead:
    asked = "asked {}".format
    return Ahead(workers, memory or FaceMemory(), pictures, read, asked, is_kept, {}, set(), "us")


def trials(*paths: str) -> list[Trial]:
    return [Trial(id=str(number), path=path, kind=Kind.BONA_FIDE) for number, path in enumerate(paths)]


@given(st.lists(st.sampled_from(["a", "b", "c", "lost", "gone", "no file"]), max_size=25))
def test_trials_stay_as_they_are(paths: list[str]) -> None:
    """All of them, in order, whatever becomes of the looking."""
    given = trials(*paths)
    assert list(ahead(Lookouts(frozenset({"lost"})))(iter(given))) == given


def test_what_was_seen_is_known_in_time() -> None:
    """When a trial comes: digests and measures of its files, and that they are new."""
    look, memory = ahead(Lookouts()), FaceMemory()
    look = Ahead(look.workers, memory, pictures, read, look.asked, is_kept, look.read_before, look.fresh, "us")
    for trial in look(iter(trials("a", "b", "c", "d", "e"))):
        assert look.read_before[trial.path] == digest(trial.path) and trial.path in look.fresh
        assert memory.pixels_of(digest(trial.path)) == f"pixels of {trial.path}"
        assert memory.knows(f"pixels of {trial.path}", "border")


def test_what_is_known_is_not_looked_at_again() -> None:
    """Nobody is bothered with it, nor with files that cannot be read; one that is lost is left to its trial."""
    workers, memory = Lookouts(frozenset({"lost"})), FaceMemory()
    memory.learn(digest("a"), "pixels of a")
    memory.note("pixels of a", "asked False")
    memory.learn(digest("half"), "pixels of half")
    look = ahead(workers, memory)
    assert len(list(look(trials("a", "gone", "no file", "a", "half", "a", "b", "a", "lost")))) == 9
    assert [[one.files for one in task] for task in workers.tasks] == [[("half",), ("b",)], [("lost",)]]
    assert look.read_before["a"] == digest("a") and "a" not in look.fresh and "lost" not in look.read_before


def test_what_came_of_a_trial_before_needs_no_looking() -> None:
    """It is told again, and nobody looks at its pictures for that."""
    workers = Lookouts()
    assert len(list(ahead(workers)(trials("kept", "a", "kept")))) == 3
    assert [[one.files for one in task] for task in workers.tasks] == [[("a",)]]


def test_trials_are_not_all_read_ahead() -> None:
    """A hundred thousand of them come as they are asked for."""
    taken: list[Trial] = []

    def coming() -> Iterator[Trial]:
        for trial in trials(*"abcdefghijklmnopqrstuvwxyz"):
            taken.append(trial)
            yield trial

    for number, _ in enumerate(ahead(Lookouts())(coming()), start=1):
        assert len(taken) < number + 2 * TRIALS_A_TASK


def test_workers_that_measure_otherwise_are_told_apart() -> None:
    """Another version, or other models: their numbers are not ours, and the run would not be one."""
    with pytest.raises(UsageProblem, match="another version") as problem:
        list(ahead(Lookouts(made_by="them"))(trials("a")))
    assert problem.value.reason == "other_worker"
