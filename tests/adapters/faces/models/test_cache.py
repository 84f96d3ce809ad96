"""Models between runs: found again when they are whole, ours and made for this machine; otherwise not there.

What is kept here is small and made in no time. The real models are in test_cache_damage.py.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.models import cache as module
from smilepay_cli.adapters.faces.models.cache import Digests, ModelCache, default_folder, processor
from smilepay_cli.adapters.faces.models.files import MANIFEST, ModelFiles, ModelsUnavailable, checksum
from smilepay_cli.adapters.faces.models.sessions import load_onnxruntime
from smilepay_cli.adapters.faces.weights import Weights, sha256_of
from smilepay_cli.vocabulary.errors import UsageProblem

ONE, OTHER = b"first model" * 99, b"second"


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    """Four small files in the place of 130 MB."""
    paths = [tmp_path / f"{name}.dat" for name in Weights.__slots__]
    for path in paths:
        path.write_bytes(path.name.encode())
    return Weights(*paths)


@pytest.fixture
def cache(tmp_path: Path, weights: Weights) -> ModelCache:
    """Empty."""
    return ModelCache(tmp_path / "cache", weights)


class Maker:
    """Counts how often it made something."""

    def __init__(self) -> None:
        self.times = 0
        self.said: list[str] = []

    def __call__(self, folder: Path, weights: Weights) -> dict[str, Any]:
        self.times += 1
        (folder / "one").write_bytes(ONE)
        (folder / "other").write_bytes(OTHER)
        return {"parity": "fine"}

    def build(self, cache: ModelCache, *, damaged: bool = False) -> ModelFiles:
        return cache.build(self, self.said.append, damaged=damaged)


@pytest.fixture
def make() -> Maker:
    """A builder of something small."""
    return Maker()


class TestKeeping:
    """Once a machine."""

    def test_nothing_there_is_nothing_found(self, cache: ModelCache) -> None:
        """And looking makes no folder of models."""
        assert cache.find() is None
        assert not cache.folder.exists()

    def test_what_was_built_is_found_again(self, cache: ModelCache, make: Maker, weights: Weights) -> None:
        """By another process as well, which builds nothing and says nothing."""
        built = make.build(cache)
        again = ModelCache(cache.folder.parent, weights)
        found = again.find()
        assert found is not None and found.whole and found.folder == built.folder
        assert (found.read("one")[:], found.read("other")[:]) == (ONE, OTHER)
        assert make.build(again).folder == built.folder
        assert (make.times, len(make.said)) == (1, 1)

    def test_it_says_what_takes_so_long(self, cache: ModelCache, make: Maker) -> None:
        """Once, before."""
        make.build(cache)
        assert make.said == ["building the fast face engine for this machine, once; some seconds"]

    def test_it_is_ours_alone(self, cache: ModelCache, make: Maker) -> None:
        """Whatever the umask is: others cannot even look."""
        before = os.umask(0)
        try:
            built = make.build(cache)
        finally:
            os.umask(before)
        for folder in (cache.folder, built.folder):
            assert folder.stat().st_mode & 0o777 == 0o700

    def test_the_manifest_says_what_it_was_made_of(self, cache: ModelCache, make: Maker) -> None:
        """For who looks into the folder, and for `find`."""
        manifest = json.loads((make.build(cache).folder / MANIFEST).read_text())
        assert manifest["facts"] == cache.facts() and manifest["made"] == {"parity": "fine"}
        assert manifest["files"] == {"one": checksum(ONE), "other": checksum(OTHER)}
        assert set(cache.facts()) == {"format", "weights", "dlib", "onnxruntime", "numpy", "processor"}

    def test_a_build_that_fails_leaves_nothing(self, cache: ModelCache) -> None:
        """Neither a draft nor a set; the error comes through."""

        def fails(folder: Path, _: Weights) -> dict[str, Any]:
            (folder / "one").write_bytes(ONE)
            raise ModelsUnavailable("no")

        with pytest.raises(ModelsUnavailable, match=r"^no$"):
            cache.build(fails, print)
        assert [path.name for path in cache.folder.iterdir()] == ["lock"]

    def test_drafts_of_the_killed_are_cleared_away(self, cache: ModelCache, make: Maker) -> None:
        """130 MB each, that nobody would ever look at again."""
        left = cache.folder / "draft-abc"
        left.mkdir(parents=True, mode=0o700)
        cache.folder.chmod(0o700)
        (left / "one").write_bytes(ONE[:5])
        make.build(cache)
        assert {path.name for path in cache.folder.iterdir()} == {"lock", cache.key}


class TestDamage:
    """Every file by its digest, every time."""

    @pytest.mark.parametrize(
        "damage",
        [
            lambda path: path.write_bytes(path.read_bytes()[:-1] + b"?"),
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            lambda path: path.write_bytes(b""),
            lambda path: path.unlink(),
            lambda path: (path.unlink(), path.mkdir()),
        ],
        ids=["changed", "cut", "empty", "gone", "folder"],
    )
    def test_a_file_that_changed_is_not_read(
        self, damage: Callable[[Path], object], cache: ModelCache, make: Maker
    ) -> None:
        """ModelsUnavailable, and the next build makes it anew, also where the set looks whole."""
        damage(make.build(cache).folder / "other")
        found = cache.find()
        assert found is not None and not found.whole
        assert found.read("one")[:] == ONE
        with pytest.raises(ModelsUnavailable, match="other"):
            found.read("other")
        assert make.build(cache).whole is False  # nobody has looked
        assert make.build(cache, damaged=True).whole
        assert make.times == 2

    def test_whoever_comes_second_does_not_repair_again(self, cache: ModelCache, make: Maker) -> None:
        """Ten processes that all found the damage: the first builds, the others take what it built."""
        (make.build(cache).folder / "one").unlink()
        for _ in range(3):
            assert make.build(cache, damaged=True).whole
        assert make.times == 2

    def test_a_file_that_was_never_built_is_not_read(self, cache: ModelCache, make: Maker) -> None:
        """Whoever put it there."""
        files = make.build(cache)
        (files.folder / "third").write_bytes(b"x")
        with pytest.raises(ModelsUnavailable, match="third is damaged"):
            files.read("third")

    def test_every_byte_of_the_manifest(self, cache: ModelCache, make: Maker) -> None:
        """No change to it makes a file pass that was not built: not found, not whole, or without effect."""
        path = make.build(cache).folder / MANIFEST
        before, outcomes = path.read_bytes(), set()
        for place in range(len(before)):
            path.write_bytes(before[:place] + bytes([before[place] ^ 0x11]) + before[place + 1 :])
            found = cache.find()
            outcomes.add(None if found is None else found.whole)
            if found is not None and found.whole:
                assert (found.read("one")[:], found.read("other")[:]) == (ONE, OTHER)
        assert outcomes == {None, False, True}

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"files": 3}', '{"files": {}}', "\xff", '{"facts": {}}'])
    def test_a_manifest_of_something_else(self, text: str, cache: ModelCache, make: Maker) -> None:
        """As if nothing were there."""
        (make.build(cache).folder / MANIFEST).write_bytes(text.encode("latin-1"))
        assert cache.find() is None

    @pytest.mark.parametrize("kind", ["file", "link"])
    def test_something_else_in_the_place_of_the_set(self, kind: str, cache: ModelCache, make: Maker) -> None:
        """It is not ours to remove: one line says where."""
        folder = make.build(cache).folder
        shutil.rmtree(folder)
        folder.write_bytes(b"x") if kind == "file" else folder.symlink_to(cache.folder.parent)
        assert cache.find() is None
        with pytest.raises(ModelsUnavailable, match="cannot keep models in"):
            make.build(cache)
        assert not list(cache.folder.glob("draft-*"))


class TestTrust:
    """Digests do not help against who can write."""

    @pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702])
    def test_a_set_that_others_can_write_into(self, mode: int, cache: ModelCache, make: Maker) -> None:
        """Built anew, for us alone."""
        make.build(cache).folder.chmod(mode)
        assert cache.find() is None
        assert make.build(cache).folder.stat().st_mode & 0o777 == 0o700
        assert make.times == 2

    @pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
    def test_a_folder_of_sets_that_others_can_write_into(self, mode: int, cache: ModelCache, make: Maker) -> None:
        """They could exchange a set between two looks: neither read nor written."""
        make.build(cache)
        cache.folder.chmod(mode)
        assert cache.find() is None
        with pytest.raises(ModelsUnavailable, match=f"cannot keep models in {cache.folder}: .*written by others"):
            make.build(cache)

    def test_folders_of_somebody_else(self, cache: ModelCache, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever their mode."""
        make.build(cache)
        monkeypatch.setattr(os, "geteuid", lambda: cache.folder.stat().st_uid + 1)
        assert cache.find() is None
        with pytest.raises(ModelsUnavailable, match="written by others"):
            make.build(cache)

    def test_a_lock_that_points_elsewhere(self, cache: ModelCache, make: Maker, tmp_path: Path) -> None:
        """Nothing is opened through it."""
        cache.folder.mkdir(parents=True, mode=0o700)
        (cache.folder / "lock").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(ModelsUnavailable, match="cannot keep models in"):
            make.build(cache)
        assert not (tmp_path / "elsewhere").exists()


class TestFacts:
    """Models are for these weights, these libraries and this processor."""

    @pytest.mark.parametrize("fact", ["numpy", "onnxruntime", "processor", "format", "dlib"])
    def test_a_set_made_elsewhere_is_not_used(
        self, fact: str, cache: ModelCache, make: Maker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not even when it lies under the right name."""
        import dlib

        built = make.build(cache).folder
        owner, name, value = {
            "numpy": (np, "__version__", "0.0"),
            "onnxruntime": (load_onnxruntime(), "__version__", "0.0"),
            "processor": (module, "processor", lambda: "another"),
            "format": (module, "FORMAT", 0),
            "dlib": (dlib, "__version__", "0.0"),
        }[fact]
        monkeypatch.setattr(owner, name, value)
        assert cache.folder / cache.key != built
        assert cache.find() is None
        shutil.copytree(built, cache.folder / cache.key)
        (cache.folder / cache.key).chmod(0o700)
        assert cache.find() is None
        assert make.build(cache).whole and make.times == 2

    @pytest.mark.parametrize("name", Weights.__slots__)
    def test_other_weights_are_another_set(
        self, name: str, cache: ModelCache, make: Maker, weights: Weights, tmp_path: Path
    ) -> None:
        """Each of the four; the older set stays for who still has the older weights."""
        make.build(cache)
        other = tmp_path / "other.dat"
        other.write_bytes(b"other weights")
        changed = ModelCache(cache.folder.parent, replace(weights, **{name: other}))
        assert changed.key != cache.key and changed.find() is None
        make.build(changed)
        assert cache.find() is not None and changed.find() is not None

    def test_the_processor_is_the_same_each_time(self) -> None:
        """Frequencies and the like are in the same file, and change from one look to the next."""
        assert processor() == processor()


class TestNoRoom:
    """One line with the folder and the reason, whatever the system says."""

    @pytest.mark.parametrize("place", ["file", "/proc/nowhere", "/dev/null", "/dev/full/x", "n" * 5000])
    def test_a_folder_that_cannot_be(self, place: str, tmp_path: Path, weights: Weights, make: Maker) -> None:
        """Below a file, in /proc, with a name that is too long. The digests are right all the same."""
        (tmp_path / "file").write_bytes(b"")
        cache = ModelCache(tmp_path / place if place != "file" else tmp_path / "file" / "below", weights)
        assert cache.find() is None
        assert cache.digests.of(weights.network) == sha256_of(weights.network)
        with pytest.raises(ModelsUnavailable, match="cannot keep models in") as caught:
            make.build(cache)
        assert str(cache.folder) in str(caught.value) and "\n" not in str(caught.value)

    @pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT])
    def test_a_folder_that_cannot_be_written(
        self, number: int, cache: ModelCache, make: Maker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Read-only, not ours, full; root may write anywhere, so the system is made to say so."""

        def refuse(*_: object, **__: object) -> str:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(tempfile, "mkdtemp", refuse)
        with pytest.raises(ModelsUnavailable) as caught:
            make.build(cache)
        assert str(caught.value) == f"cannot keep models in {cache.folder}: {os.strerror(number)}"

    def test_a_disk_that_fills_up(self, cache: ModelCache, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
        """At a model, and at the manifest, which comes last: no draft stays behind to fill it further."""

        def full(*_: object, **__: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        assert cache.find() is None  # the digests of the weights are written down
        for method in ("write_bytes", "write_text"):
            with monkeypatch.context() as patch:
                patch.setattr(Path, method, full)
                with pytest.raises(ModelsUnavailable, match="No space left on device"):
                    make.build(cache)
            assert [path.name for path in cache.folder.iterdir()] == ["lock"]
        assert make.build(cache).whole


class TestDigests:
    """Of weight files, remembered; never believed when in doubt."""

    @pytest.fixture
    def hashed(self, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
        """Files that were hashed."""
        paths: list[Path] = []

        def spy(path: Path) -> str:
            paths.append(path)
            return sha256_of(path)

        monkeypatch.setattr(module, "sha256_of", spy)
        return paths

    def test_a_file_is_hashed_once(self, tmp_path: Path, weights: Weights, hashed: list[Path]) -> None:
        """Also by the next process."""
        for _ in range(2):
            digests = Digests(tmp_path / "cache")
            for _ in range(2):
                assert digests.of(weights.network) == sha256(b"network.dat").hexdigest()
        assert hashed == [weights.network]

    @pytest.mark.parametrize("change", ["size", "time", "inode"])
    def test_a_file_that_changed_is_hashed_again(
        self, change: str, tmp_path: Path, weights: Weights, hashed: list[Path]
    ) -> None:
        """A byte more, another time, another file of the same size and time."""
        path = weights.network
        assert Digests(tmp_path / "cache").of(path)
        status = path.stat()
        if change == "inode":
            (tmp_path / "new").write_bytes(b"NETWORK.DAT")
            os.utime(tmp_path / "new", ns=(status.st_atime_ns, status.st_mtime_ns))
            (tmp_path / "new").replace(path)
        else:
            path.write_bytes(b"network.dat!" if change == "size" else b"NETWORK.DAT")
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + (change == "time")))
        for _ in range(2):
            assert Digests(tmp_path / "cache").of(path) == sha256(path.read_bytes()).hexdigest()
        assert len(hashed) == 2

    def test_no_byte_of_what_is_remembered_can_change_a_digest(self, tmp_path: Path, weights: Weights) -> None:
        """The maker of every template is named by these: a damaged note must not rename it."""
        folder, right = tmp_path / "cache", sha256_of(weights.network)
        Digests(folder).of(weights.network)
        note = folder / "weights.json"
        before = note.read_bytes()
        for place in range(len(before)):
            for other in (0x01, 0x80):
                note.write_bytes(before[:place] + bytes([before[place] ^ other]) + before[place + 1 :])
                assert Digests(folder).of(weights.network) == right
        for length in (0, 1, 64, 65, 70, len(before) - 1):
            note.write_bytes(before[:length])
            assert Digests(folder).of(weights.network) == right

    @pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
    def test_what_others_could_have_written_is_not_believed(self, mode: int, tmp_path: Path, weights: Weights) -> None:
        """They can compute a digest too."""
        folder = tmp_path / "cache"
        status = weights.network.stat()
        mark = [status.st_size, status.st_mtime_ns, status.st_ino]
        text = json.dumps({str(weights.network): [*mark, "0" * 64]})
        folder.mkdir()
        (folder / "weights.json").write_text(f"{sha256(text.encode()).hexdigest()}\n{text}")
        folder.chmod(mode)
        assert Digests(folder).of(weights.network) == sha256_of(weights.network)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """Said as everywhere."""
        with pytest.raises(UsageProblem, match=r"gone\.dat") as caught:
            Digests(tmp_path / "cache").of(tmp_path / "gone.dat")
        assert caught.value.reason == "engine_missing"

    def test_a_folder_in_the_place_of_the_note(self, tmp_path: Path, weights: Weights) -> None:
        """Neither read nor written, and no draft left behind."""
        (tmp_path / "cache" / "weights.json").mkdir(parents=True)
        assert Digests(tmp_path / "cache").of(weights.network) == sha256_of(weights.network)
        assert [path.name for path in (tmp_path / "cache").iterdir()] == ["weights.json"]


class TestDefaultFolder:
    """Where people say, or where caches go."""

    def test_what_was_said_is_taken_as_it_is(self, tmp_path: Path) -> None:
        """Blanks, accents and all."""
        odd = f"{tmp_path}/ein Ordner/mit Äöü $HOME ~"
        assert str(default_folder({"SMILEPAY_CACHE": odd})) == odd

    def test_a_relative_one_is_from_here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And stays there when the program goes elsewhere."""
        monkeypatch.chdir(tmp_path)
        folder = default_folder({"SMILEPAY_CACHE": "here/../there"})
        monkeypatch.chdir("/")
        assert folder.is_absolute() and folder.resolve() == tmp_path.resolve() / "there"

    @pytest.mark.parametrize("variables", [{}, {"SMILEPAY_CACHE": ""}])
    def test_nothing_said_is_the_users_cache(
        self, variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An empty variable is none."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert default_folder(variables) == tmp_path / "smilepay"
