"""The packed gallery: a copy that is never believed over the store, and never outlives a person."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from stat import S_IMODE
from typing import Any

import numpy as np
import pytest

from smilepay_cli.rules.gallery import Gallery
from smilepay_cli.verbs import gallery as module
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.gallery import open_gallery, packed, unpacked
from smilepay_cli.vocabulary.faces import Reference
from tests.verbs.conftest import Scene


@pytest.fixture(autouse=True)
def _small_wallets_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACK_FROM", 1)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the references that were opened one by one."""
    ids: list[str] = []
    original = module._opened

    def spy(till: Any, person: Any, reference: Any) -> Reference:
        ids.append(reference.reference_id)
        return original(till, person, reference)

    monkeypatch.setattr(module, "_opened", spy)
    return ids


def look(scene: Scene) -> Gallery:
    till = scene.till()
    with scene.store.reading() as books:
        return open_gallery(till, books)


def same(one: Gallery, other: Gallery) -> bool:
    return (
        one.accounts == other.accounts
        and np.array_equal(one.vectors, other.vectors)
        and np.array_equal(one.starts, other.starts)
    )


def test_the_second_look_opens_one_block(scene: Scene, opened: list[str]) -> None:
    """Same gallery, no reference opened, in a file of its owner's."""
    for name in ("ann", "bob"):
        scene.enroll(name)
    opened.clear()
    first = look(scene)
    assert len(opened) == 2
    path = scene.home / "gallery.packed"
    assert S_IMODE(path.stat().st_mode) == 0o600
    second = look(scene)
    assert len(opened) == 2 and same(first, second)
    assert second.vectors.dtype == np.float32


def test_a_new_reference_makes_the_block_stale(scene: Scene, opened: list[str]) -> None:
    """The store is the truth: who enrolled since must be found."""
    scene.enroll("ann")
    look(scene)
    scene.enroll("bob")
    assert len(look(scene).accounts) == 2
    opened.clear()
    assert len(look(scene).accounts) == 2 and opened == []


def test_a_block_of_before_a_change_back_is_stale_too(scene: Scene) -> None:
    """An old file put back, with as many references in it as there are now: the version has gone on."""
    scene.enroll("ann")
    look(scene)
    path = scene.home / "gallery.packed"
    old = path.read_bytes()
    forget(scene.till(), "ann")
    scene.enroll("bob")
    path.write_bytes(old)
    (account,) = look(scene).accounts
    with scene.store.reading() as books:
        bob = books.people.by_name("bob")
    assert bob is not None and account == bob.account_id


def test_a_wallet_that_was_put_back_knows_its_own_block_from_the_others(scene: Scene) -> None:
    """Two histories of one wallet, each with one change since: the block of the one is not the other's."""
    scene.enroll("ann")
    scene.store.close()
    backup = (scene.home / "wallet.db").read_bytes()
    scene.enroll("eve")
    look(scene)
    of_the_other_history = (scene.home / "gallery.packed").read_bytes()
    scene.store.close()
    for left in scene.home.glob("wallet.db*"):
        left.unlink()
    (scene.home / "wallet.db").write_bytes(backup)
    scene.enroll("bob")
    (scene.home / "gallery.packed").write_bytes(of_the_other_history)
    with scene.store.reading() as books:
        there = {person.account_id for person in books.people.all()}
    assert set(look(scene).accounts) == there


def test_a_key_that_is_none_is_no_crash(scene: Scene, opened: list[str]) -> None:
    """The block does not open, the references do."""
    scene.enroll("ann")
    before = look(scene)
    with scene.store.writing() as books:
        books.settings.set("gallery_key", "!")
    opened.clear()
    assert same(look(scene), before) and len(opened) == 1


def test_drafts_of_killed_processes_are_cleared(scene: Scene) -> None:
    """Encrypted or not, what nobody needs goes; with a forgotten person at the latest."""
    scene.enroll("ann")
    (scene.home / "gallery.dead.draft").write_bytes(b"half")
    forget(scene.till(), "ann")
    assert list(scene.home.glob("gallery.*")) == []


@pytest.mark.parametrize("place", [0, 5, 12, 40, 300, -1])
def test_a_changed_byte_is_noticed(scene: Scene, opened: list[str], place: int) -> None:
    """Nonce, numbers or tag: the block does not open, and the references are opened instead."""
    for name in ("ann", "bob"):
        scene.enroll(name)
    before = look(scene)
    path = scene.home / "gallery.packed"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    opened.clear()
    assert same(look(scene), before) and len(opened) == 2


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 12, b"x" * 5000])
def test_junk_is_no_gallery(scene: Scene, content: bytes) -> None:
    """Whatever lies under the name."""
    scene.enroll("ann")
    before = look(scene)
    (scene.home / "gallery.packed").write_bytes(content)
    assert same(look(scene), before)


def test_a_link_and_a_pipe_are_no_gallery(scene: Scene, tmp_path: Path) -> None:
    """Nothing is followed and nothing waited for."""
    scene.enroll("ann")
    before = look(scene)
    path = scene.home / "gallery.packed"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert same(look(scene), before)
    path.unlink()
    os.mkfifo(path)
    assert same(look(scene), before)


def test_whoever_is_forgotten_is_in_no_file(scene: Scene) -> None:
    """The block goes, and a copy of it that somebody kept does not open under any key that is left."""
    scene.enroll("ann")
    scene.enroll("bob")
    look(scene)
    path = scene.home / "gallery.packed"
    kept = path.read_bytes()
    till = scene.till()
    with scene.store.reading() as books:
        label = f"gallery:{till.engine.maker.digest}:{books.people.gallery_version()}"
        till.vault.unlock(books.settings, create=False)
        assert till.vault.open_gallery(books.settings, kept, label) is not None
    forget(scene.till(), "ann")
    assert not path.exists()
    with scene.store.reading() as books:
        assert till.vault.open_gallery(books.settings, kept, label) is None
    assert len(look(scene).accounts) == 1


def test_forgetting_works_without_the_master_key(scene: Scene) -> None:
    """Who lost the key can still be asked to delete; the block's key is gone all the same."""
    scene.enroll("ann")
    look(scene)
    (scene.home / "master.key").unlink()
    assert forget(scene.till(), "ann").refusal is None
    with scene.store.reading() as books:
        assert books.settings.get("gallery_key") is None


def test_a_full_disk_is_no_trouble(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy is for speed only."""

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    scene.enroll("ann")
    monkeypatch.setattr(tempfile, "mkstemp", full)
    assert len(look(scene)) == 1
    assert not (scene.home / "gallery.packed").exists()


def test_paying_is_the_same_with_and_without(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision's figures must not hang on how the gallery was opened."""
    for name in ("ann", "bob", "cid"):
        scene.enroll(name)
    decisions = []
    for pack_from in (1000, 1, 1):
        monkeypatch.setattr(module, "PACK_FROM", pack_from)
        source = scene.selfie("bob", noise=77)
        result = scene.pay("bob", policy="demo", amount="1", merchant="kiosk", source=source)
        assert result.refusal is None
        decisions.append(scene.events()[-1]["decision"])
    assert decisions[0] == decisions[1] == decisions[2]


def test_packing_keeps_every_number_or_does_not_pack() -> None:
    """Templates are float32 by their making; of one that is not, a rounded copy would be another template."""
    exact = Gallery.of(
        [Reference("b", np.full(128, 0.5)), Reference("a", np.arange(128.0)), Reference("b", np.ones(128))]
    )
    block = packed(exact)
    assert block is not None and same(unpacked(block), exact)
    assert np.allclose(unpacked(block).squares, exact.squares)
    assert packed(Gallery.of([Reference("a", np.full(128, 0.1))])) is None
