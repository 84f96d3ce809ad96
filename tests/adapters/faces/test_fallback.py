"""Where the fast engine cannot be had the reference engine does the work: said once, same templates."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.engines import open_engine
from smilepay_cli.adapters.faces.fallback import FastOrReference
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.adapters.faces.models.files import ModelsUnavailable
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.vocabulary.errors import UsageProblem
from tests.adapters.faces.people import RealFacesContract

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine
    from smilepay_cli.vocabulary.faces import Pixels

Sample = Callable[..., "Pixels"]


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A folder that cannot be: below a file. Not even root can make it."""
    (tmp_path / "file").write_bytes(b"")
    return tmp_path / "file" / "below"


@pytest.fixture
def warned() -> list[str]:
    """What the engine had to say."""
    return []


def engine_at(folder: Path, warned: list[str], scheme: str = "quartet") -> FaceEngine:
    """As the command line makes it."""
    return open_engine("fast", scheme, {"SMILEPAY_CACHE": str(folder)}, warn=warned.append)


class TestContract(RealFacesContract):
    """With models; without any it is the reference engine, which keeps the contract for itself."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> FaceEngine:
        return engine_at(default_folder(os.environ), [])


class TestFallingBack:
    """Same work, other hands."""

    def test_not_while_all_is_well(self, warned: list[str], sample: Sample, fast: FastEngine) -> None:
        """The fast engine answers, and nobody is warned."""
        engine = engine_at(default_folder(os.environ), warned)
        assert engine.name == "fast" and engine.detect(sample("lin/1")) == fast.detect(sample("lin/1"))
        assert warned == []

    def test_nothing_is_loaded_before_it_is_needed(self, warned: list[str], nowhere: Path) -> None:
        """Who only asks what templates are made by is not warned, and waits for no model."""
        engine = engine_at(nowhere, warned)
        assert engine.maker and engine.landmark_model
        assert warned == []

    @pytest.mark.parametrize("scheme", ["quartet", "euclidean"])
    def test_the_templates_are_the_same(
        self,
        scheme: str,
        nowhere: Path,
        warned: list[str],
        sample: Sample,
        fast: FastEngine,
        fast_euclidean: FastEngine,
    ) -> None:
        """To 1e-5 for the same box, under the same maker: who enrolled before can pay now."""
        quick = fast if scheme == "quartet" else fast_euclidean
        engine = engine_at(nowhere, warned, scheme)
        faces = [(sample(name), quick.detect(sample(name)).found[0].box) for name in ("lin/1", "otto/3", "grace/1")]
        ours, theirs = engine.descriptors(faces), quick.descriptors(faces)
        assert engine.name == "reference" and len(warned) == 1
        assert 0 < np.linalg.norm(ours - theirs, axis=-1).max() <= 1e-5
        assert engine.maker == quick.maker and engine.maker.digest == quick.maker.digest
        assert engine.landmark_model == quick.landmark_model
        assert all(np.array_equal(engine.landmarks(*face), quick.landmarks(*face)) for face in faces)

    def test_the_warning_is_one_line_with_folder_and_reason(self, nowhere: Path, warned: list[str]) -> None:
        """And where to read more."""
        assert engine_at(nowhere, warned).name == "reference"
        assert warned == [
            f"the slower reference engine was used: cannot keep models in {nowhere}/models: Not a directory; "
            "more: smilepay doctor"
        ]

    @pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null", "/dev/full", "/" + "n" * 5000])
    def test_odd_folders(self, folder: str, warned: list[str], sample: Sample) -> None:
        """Whatever SMILEPAY_CACHE says, a face is found."""
        engine = engine_at(Path(folder), warned)
        assert len(engine.detect(sample("otto/1")).found) == 1
        assert len(warned) == 1 and f"cannot keep models in {folder}/models: " in warned[0]

    @pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC, errno.EACCES])
    def test_a_folder_that_nothing_can_be_written_to(
        self, number: int, tmp_path: Path, warned: list[str], monkeypatch: pytest.MonkeyPatch, sample: Sample
    ) -> None:
        """Read-only, full, not ours: from the first folder made to the last byte written."""

        def refuse(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        for method in ("mkdir", "write_bytes", "write_text", "unlink", "replace"):
            monkeypatch.setattr(Path, method, refuse)
        engine = engine_at(tmp_path / "cache", warned)
        assert len(engine.detect(sample("otto/1")).found) == 1
        assert len(warned) == 1 and f"{tmp_path}/cache/models: {os.strerror(number)}" in warned[0]
        with pytest.raises(ModelsUnavailable, match=os.strerror(number)):
            FastEngine("quartet", tmp_path / "cache").prepare()

    @pytest.mark.parametrize("library", ["onnxruntime", "xxhash"])
    def test_without_a_library(
        self, library: str, warned: list[str], monkeypatch: pytest.MonkeyPatch, sample: Sample, fast: FastEngine
    ) -> None:
        """Even where models lie ready."""
        fast.prepare()
        monkeypatch.setitem(sys.modules, library, None)
        engine = engine_at(default_folder(os.environ), warned)
        assert len(engine.detect(sample("otto/1")).found) == 1
        assert engine.name == "reference" and len(warned) == 1 and f"{library} is not installed" in warned[0]
        with pytest.raises(ModelsUnavailable, match=f"{library} is not installed"):
            FastEngine("quartet", default_folder(os.environ)).prepare()

    def test_without_onnx(
        self, tmp_path: Path, warned: list[str], monkeypatch: pytest.MonkeyPatch, fast: FastEngine
    ) -> None:
        """Only building needs it: models that lie there are used."""
        fast.prepare()
        monkeypatch.setitem(sys.modules, "onnx", None)
        assert engine_at(default_folder(os.environ), warned).name == "fast" and warned == []
        assert engine_at(tmp_path / "empty", warned).name == "reference"
        assert len(warned) == 1 and "onnx is not installed" in warned[0]

    def test_without_the_weights_there_is_nothing_to_fall_back_to(
        self, tmp_path: Path, warned: list[str], monkeypatch: pytest.MonkeyPatch, sample: Sample
    ) -> None:
        """Exit 2 and what to install, as with either engine alone."""
        monkeypatch.setitem(sys.modules, "face_recognition_models", None)
        with pytest.raises(UsageProblem) as caught:
            engine_at(tmp_path, warned).detect(sample("otto/1"))
        assert caught.value.reason == "engine_missing" and warned == []

    def test_an_error_of_our_own_is_not_hidden(self, warned: list[str], sample: Sample) -> None:
        """Only models that are not to be had are a reason; what nobody understands must be seen."""

        class Broken(FastEngine):
            def prepare(self) -> Any:
                raise ZeroDivisionError("a defect")

        engine = FastOrReference(Broken("quartet", Path("/")), ReferenceEngine("quartet"), warned.append)
        with pytest.raises(ZeroDivisionError):
            engine.detect(sample("otto/1"))
        assert warned == []

    def test_ten_threads_are_warned_once(self, nowhere: Path, warned: list[str], sample: Sample) -> None:
        """All at the same moment, and each again later."""
        engine, together = engine_at(nowhere, warned), Barrier(10)

        def work(_: int) -> list[object]:
            together.wait()
            return [engine.detect(sample("otto/1")), engine.name]

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(work, range(10)))
        assert all(answer == answers[0] for answer in answers) and answers[0][1] == "reference"
        assert len(warned) == 1


class TestCommandLine:
    """As somebody meets it."""

    @staticmethod
    def typed(home: Path, cache: Path, *arguments: str) -> tuple[int, str, str]:
        stdout, stderr = io.StringIO(), io.StringIO()
        variables = {"SMILEPAY_CACHE": str(cache), "NO_COLOR": "1"}
        status = run([*arguments, "--home", str(home)], Environment(stdout, stderr, variables=variables))
        return status, stdout.getvalue(), stderr.getvalue()

    def test_a_cache_that_cannot_be_used_costs_time_and_nothing_else(
        self, tmp_path: Path, nowhere: Path, root: Path
    ) -> None:
        """Enrolled by one engine, paid by the other, in both orders; warned on stderr and in the JSON."""
        home, cache, faces = tmp_path / "home", default_folder(os.environ), root / "sample_faces"
        said = f"the slower reference engine was used: cannot keep models in {nowhere}/models: Not a directory"
        enrol = ("enroll", "lin", "--image", f"{faces}/lin/1.jpg", "--deposit", "20")
        status, _, stderr = self.typed(home, nowhere, *enrol)
        assert status == 0
        assert [line for line in stderr.splitlines() if "warning" in line] == [
            f"smilepay: warning: {said}; more: smilepay doctor"
        ]
        pay = ("pay", "--amount", "3", "--merchant", "kiosk", "--json", "--image")
        for picture, folder in (("lin/5", cache), ("lin/6", nowhere)):
            status, stdout, stderr = self.typed(home, folder, *pay, f"{faces}/{picture}.jpg")
            envelope = json.loads(stdout)
            assert status == envelope["exit"] == 0, envelope
            warnings = [warning for warning in envelope["warnings"] if "engine" in warning]
            assert len(warnings) == (folder == nowhere)
            assert all(warning.startswith(said) for warning in warnings)

    def test_who_asks_for_the_reference_engine_is_not_warned(self, tmp_path: Path, nowhere: Path, root: Path) -> None:
        """It needs no cache."""
        picture = f"{root}/sample_faces/otto/1.jpg"
        status, _, stderr = self.typed(
            tmp_path / "home", nowhere, "enroll", "otto", "--image", picture, "--engine", "reference"
        )
        assert status == 0 and "slower" not in stderr
