"""The real models: processes that start at once or are killed, and files that were damaged. Never wrong numbers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.finding import CNN_SIDE, cnn_faces
from smilepay_cli.adapters.faces.models import builder as module
from smilepay_cli.adapters.faces.models.cache import ModelCache, default_folder
from smilepay_cli.adapters.faces.models.files import CNN, ENCODER, ENCODER_GRAPH, HOG, MANIFEST, landmarks_file
from smilepay_cli.adapters.faces.weights import find_weights

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]
FIVE, SIXTY_EIGHT = landmarks_file(5), landmarks_file(68)
KINDS = (MANIFEST, "weights.json", ENCODER, ENCODER_GRAPH, CNN, HOG, FIVE, SIXTY_EIGHT)
LOADED = {ENCODER, CNN, HOG, FIVE, SIXTY_EIGHT}
"""What an engine reads, the five points where its scheme cuts by them; never the graph before it was optimised."""

PROCESS = """
import sys
from hashlib import sha256
from pathlib import Path
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.builder import fixed_picture
from smilepay_cli.vocabulary.faces import Box
import dlib, numpy, onnx, onnxruntime

engine = FastEngine("quartet", Path(sys.argv[1]), say=lambda line: print("say", line, flush=True))
print("ready", flush=True)
sys.stdin.readline()
rows = engine.descriptors([(fixed_picture(), Box(90, 70, 220, 220))])
print("made", sha256(rows.tobytes()).hexdigest(), flush=True)
"""


@dataclass(frozen=True)
class Answers:
    """Everything an engine says about a few pictures, comparable with ==."""

    boxes: tuple[object, ...]
    landmarks: bytes
    descriptors: bytes
    by_cnn: tuple[object, ...]
    maker: str


@pytest.fixture
def ask(sample: Sample) -> Callable[[FastEngine], Answers]:
    """All models have their say."""
    pixels = [sample("otto/1"), sample("lin/5")]

    def asked(engine: FastEngine) -> Answers:
        looks = [engine.detect(picture) for picture in pixels]
        faces = [(picture, look.found[0].box) for picture, look in zip(pixels, looks, strict=True)]
        return Answers(
            boxes=tuple(looks),
            landmarks=b"".join(engine.landmarks(*face).tobytes() for face in faces),
            descriptors=engine.descriptors(faces).tobytes(),
            by_cnn=cnn_faces(pixels[0], engine.prepare().cnn, CNN_SIDE),
            maker=engine.maker.digest,
        )

    return asked


@pytest.fixture
def folder(fast: FastEngine, tmp_path: Path) -> Path:
    """A cache of its own, with the whole models; what is not damaged is linked and not copied."""
    fast.prepare()
    shutil.copytree(default_folder(os.environ), tmp_path / "cache", copy_function=os.link)
    return tmp_path / "cache"


def lying_in(folder: Path, kind: str) -> Path:
    """A file of the one set below a cache folder."""
    (path,) = folder.glob(kind if kind == "weights.json" else f"models/*/{kind}")
    return path


def change(path: Path, data: bytes) -> None:
    """Into a new file: the old one is linked from elsewhere."""
    path.unlink()
    path.write_bytes(data)


@pytest.fixture
def rebuilt(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where models were built anew: out of the whole ones, since building takes seconds."""
    folders: list[Path] = []
    whole = ModelCache(default_folder(os.environ), find_weights()).find()
    assert whole is not None

    def quick(folder: Path, _: object) -> dict[str, Any]:
        folders.append(folder)
        for path in whole.folder.iterdir():
            if path.name != MANIFEST:
                os.link(path, folder / path.name)
        return {}

    monkeypatch.setattr(module, "build", quick)
    return folders


class TestDamage:
    """Whatever happened to the files: exactly the same answers, or models built anew and the same answers."""

    @pytest.mark.parametrize("seed", range(2))
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_byte_was_changed(
        self,
        kind: str,
        seed: int,
        folder: Path,
        fast: FastEngine,
        fast_euclidean: FastEngine,
        rebuilt: list[Path],
        ask: Callable[[FastEngine], Answers],
    ) -> None:
        """Any byte, in any way; the next time all is well again."""
        path, dice = lying_in(folder, kind), random.Random(f"{kind} {seed}")  # noqa: S311  # no secret
        data = bytearray(path.read_bytes())
        data[dice.randrange(len(data))] ^= dice.randrange(1, 256)
        change(path, bytes(data))
        scheme, whole = ("euclidean", fast_euclidean) if kind == FIVE else ("quartet", fast)
        assert ask(FastEngine(scheme, folder)) == ask(whole)
        assert len(rebuilt) == 1 if kind in LOADED else len(rebuilt) <= 1
        before = len(rebuilt)
        assert ask(FastEngine(scheme, folder)) == ask(whole)
        assert len(rebuilt) == before

    @pytest.mark.parametrize("kind", sorted({*LOADED, MANIFEST}))
    @pytest.mark.parametrize("left", ["half", "nothing", "no file"])
    def test_a_file_was_cut_or_removed(
        self,
        kind: str,
        left: str,
        folder: Path,
        fast: FastEngine,
        fast_euclidean: FastEngine,
        rebuilt: list[Path],
        ask: Callable[[FastEngine], Answers],
    ) -> None:
        """By a full disk, a crash, or somebody who tidied up."""
        path = lying_in(folder, kind)
        change(path, path.read_bytes()[: path.stat().st_size // 2 if left == "half" else 0])
        if left == "no file":
            path.unlink()
        scheme, whole = ("euclidean", fast_euclidean) if kind == FIVE else ("quartet", fast)
        assert ask(FastEngine(scheme, folder)) == ask(whole)
        assert len(rebuilt) == 1

    def test_built_anew_for_good(self, folder: Path, fast: FastEngine, ask: Callable[[FastEngine], Answers]) -> None:
        """Once with the real builder: models that say the same to the last bit."""
        path = lying_in(folder, ENCODER)
        change(path, path.read_bytes()[:-7])
        said: list[str] = []
        assert ask(FastEngine("quartet", folder, say=said.append)) == ask(fast)
        assert len(said) == 1

    def test_the_folder_goes_while_it_is_in_use(self, folder: Path, sample: Sample, fast: FastEngine) -> None:
        """Somebody clears the caches: what is loaded stays, also for a thread that comes later."""
        from concurrent.futures import ThreadPoolExecutor

        engine = FastEngine("quartet", folder)
        engine.detect(sample("lin/1"))
        shutil.rmtree(folder)
        with ThreadPoolExecutor(3) as pool:
            looks = list(pool.map(engine.detect, [sample("lin/1")] * 3))
        assert looks == [fast.detect(sample("lin/1"))] * 3


class TestProcesses:
    """On an empty cache."""

    @staticmethod
    def start(folder: Path, root: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(folder)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def test_four_at_once_build_once(self, tmp_path: Path, root: Path) -> None:
        """The others wait, take what was built, and say the same."""
        processes = [self.start(tmp_path / "cache", root) for _ in range(4)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [line for process in processes for line in process.communicate()[0].splitlines()]
        assert all(process.returncode == 0 for process in processes)
        assert len([line for line in said if line.startswith("say")]) == 1
        made = [line for line in said if line.startswith("made")]
        assert len(made) == 4 and len(set(made)) == 1

    def test_one_that_is_killed_leaves_nothing_in_the_way(
        self, tmp_path: Path, root: Path, fast: FastEngine, ask: Callable[[FastEngine], Answers]
    ) -> None:
        """In the middle of building, files half written, the lock held: the next one builds, and clears up."""
        folder = tmp_path / "cache"
        process = self.start(folder, root)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith("say")
        while not list(folder.glob(f"models/draft-*/{FIVE}")):
            assert process.poll() is None
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert len(list(folder.glob("models/draft-*"))) == 1
        said: list[str] = []
        assert ask(FastEngine("quartet", folder, say=said.append)) == ask(fast)
        assert len(said) == 1
        assert not list(folder.glob("models/draft-*"))
