"""What a worker of a replay does: look at the pictures of some trials with an engine of its own. A composition root.

It runs in another process, or on another machine that sees the same files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from smilepay_cli import __version__

if TYPE_CHECKING:
    from smilepay_cli.adapters.face_memory import FaceMemory
    from smilepay_cli.harnesses.replay.ahead import Looked, Pictures
    from smilepay_cli.ports import FaceEngine
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.policies import Policy


@dataclass(frozen=True, slots=True)
class Lookout:
    """How pictures are looked at. Called with a task, it does it; to be pickled."""

    engine: str | None
    policy: Policy
    pad_model: str | None = None

    def __call__(self, task: tuple[Pictures, ...]) -> Looked:
        """Everything that paying would ask of these pictures. What is wrong with them is not told here."""
        with _ONE_AT_A_TIME:  # a worker may have several threads, and there is one memory
            return self._looked(task)

    def _looked(self, task: tuple[Pictures, ...]) -> Looked:
        from smilepay_cli.adapters.capture.set_frames import SetFrames
        from smilepay_cli.commands.replaying.presenting import read
        from smilepay_cli.harnesses.replay.ahead import Looked
        from smilepay_cli.harnesses.replay.looking import asked_by, look

        till, memory = _till(self)
        _ = till.engine.name  # loads the models, also for a task without pictures
        files: dict[str, tuple[str, str]] = {}
        measures: dict[str, dict[str, object]] = {}
        for pictures in task:
            used: dict[str, tuple[str, str]] = {}
            source = SetFrames(
                pictures.files,
                read,
                memory,
                fps=pictures.fps,
                seconds_max=self.policy.capture_seconds,
                noted=used,
            )
            look(till, source)
            asked = asked_by(self.policy, till.pad, is_camera=source.is_camera)
            for _, pixels in used.values():
                memory.note(pixels, asked)
            files.update(used)
            measures.update(memory.taken())
            memory.turn()
        return Looked(files, measures, made_by(till.engine))


_ONE_AT_A_TIME = Lock()


def made_by(engine: FaceEngine) -> str:
    """What names program, engine, models and rules: where it is another, the same pictures measure otherwise."""
    told = f"{__version__} {engine.name} {engine.maker.digest} {engine.landmark_model} {_rules_digest()}"
    return sha256(told.encode()).hexdigest()


@cache
def _rules_digest() -> str:
    """Of the program's own text that measures pictures."""
    package = Path(__file__).parents[1]
    digest = sha256()
    for path in sorted([*(package / "rules").rglob("*.py"), *(package / "adapters" / "faces").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _till(lookout: Lookout) -> tuple[Till, FaceMemory]:
    """Once a process: the engine loads its models."""
    from smilepay_cli.adapters.face_memory import FaceMemory
    from smilepay_cli.adapters.pad.network import load_pad_model
    from smilepay_cli.commands.call import Call, Sample, Shared
    from smilepay_cli.commands.environment import Environment

    memory = FaceMemory()
    call = Call(Environment(), Shared(engine=lookout.engine, quiet=True), Sample())
    till = call.till_at(Path("no wallet is opened here"), lookout.policy)
    pad = load_pad_model(Path(lookout.pad_model)) if lookout.pad_model else None
    return replace(till, memory=memory, pad=pad), memory
