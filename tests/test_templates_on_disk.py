"""Templates are encrypted at rest: no run of bytes in the home's files is one, however it is read.

Every file is read as float32 and as float64, in both byte orders, from every byte offset, and every run of
128 numbers is held against every stored template.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.rules.profiles import STANDARD
from smilepay_cli.verbs.accounts import forget
from smilepay_cli.verbs.enroll import enroll
from smilepay_cli.verbs.gallery import open_gallery
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.fixed import CountingIds, FixedClock
from tests.fakes.source import PictureSource

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Vector

LENGTH = 128
LAYOUTS = [np.dtype(layout) for layout in ("<f4", ">f4", "<f8", ">f8")]
NEAR = 0.6
"""face_recognition's own threshold: whatever is nearer would be taken for the person."""


def templates_in(data: bytes, templates: list[Vector]) -> Iterator[tuple[str, int]]:
    """(layout, byte offset) of every run of numbers in the data that is NEAR one of the templates."""
    lengths = [float(np.linalg.norm(template)) for template in templates]
    for layout in LAYOUTS:
        for shift in range(min(layout.itemsize, len(data))):
            count = (len(data) - shift) // layout.itemsize
            with np.errstate(invalid="ignore"):  # some bytes are signalling NaNs
                numbers = np.frombuffer(data, layout, count=count, offset=shift).astype(np.float64)
            for place in _runs_as_long_as(numbers, min(lengths) - NEAR, max(lengths) + NEAR):
                run = numbers[place : place + LENGTH]
                if any(np.linalg.norm(run - template) < NEAR for template in templates):
                    yield layout.str, shift + place * layout.itemsize


def _runs_as_long_as(numbers: Any, shortest: float, longest: float) -> Any:
    """Where LENGTH numbers begin whose length as a vector is between the two: others are near no template."""
    assert shortest > 0, "else every empty page would have to be looked at"
    if len(numbers) < LENGTH:
        return []
    with np.errstate(invalid="ignore"):
        large = ~(np.abs(numbers) <= longest)
    before = np.concatenate([[0], np.cumsum(large)])
    squares = np.concatenate([[0], np.cumsum(np.where(large, 0, numbers) ** 2)])
    lengths = np.sqrt(np.maximum(squares[LENGTH:] - squares[:-LENGTH], 0)) + 1e-6
    return np.flatnonzero((before[LENGTH:] == before[:-LENGTH]) & (lengths >= shortest) & (lengths <= longest + 1e-5))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    store = SqliteStore(tmp_path)
    yield Till(
        store=store,
        engine=FakeEngine(),
        vault=FileVault(tmp_path),
        packed=PackedGalleryFile(tmp_path),
        pins=Argon2Pins(),
        catalogue=CatalogueFile(tmp_path),
        clock=FixedClock(),
        ids=CountingIds(),
        policy=STANDARD,
    )
    store.close()


def stored(till: Till) -> list[Vector]:
    with till.store.reading() as books:
        return list(open_gallery(till, books).vectors)


def busy_day(till: Till) -> None:
    """Enrolments of several references each, a payment and a refusal."""
    for name in ("ann", "bob", "cid"):
        frames = [picture(name, noise=noise) for noise in (1, 2, 3)]
        assert enroll(till, name, PictureSource(*frames), deposit="100").references == 3
    for name, noise in (("ann", 4), ("stranger", 5)):
        selfie = PictureSource(picture(name, smile=True, noise=noise))
        pay(till, PayRequest(amount="3", merchant="kiosk"), selfie)


def files_of(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.iterdir()}


def test_no_template_can_be_read_from_the_files(till: Till, tmp_path: Path) -> None:
    """While the log is full, after it went into the file, and after somebody was forgotten."""
    busy_day(till)
    templates = stored(till)
    assert len(templates) == 9
    moments = [files_of(tmp_path)]
    assert len(moments[0]["wallet.db-wal"]) > 10_000, "everything is in the log still"
    till.store.scrub()
    moments.append(files_of(tmp_path))
    assert moments[1]["wallet.db-wal"] == b"" and len(moments[1]["wallet.db"]) > 10_000
    forget(till, "bob")
    moments.append(files_of(tmp_path))
    for files in moments:
        for name, data in files.items():
            assert list(templates_in(data, templates)) == [], name


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.str)
@pytest.mark.parametrize("offset", [0, 3, 4097])
def test_the_search_would_find_one(till: Till, tmp_path: Path, layout: np.dtype[Any], offset: int) -> None:
    """A template put among the bytes of a real wallet, in each layout, at odd offsets, and a little changed."""
    busy_day(till)
    template = stored(till)[4]
    data = files_of(tmp_path)["wallet.db-wal"]
    planted = (template + 0.01).astype(layout).tobytes()
    found = list(templates_in(data[:offset] + planted + data[offset:], [template]))
    assert (layout.str, offset) in found


def test_the_digests_in_the_trail_are_of_pictures_not_of_templates(till: Till, tmp_path: Path) -> None:
    """Events hold figures about a comparison; no text of theirs spells a template's numbers."""
    busy_day(till)
    numbers = [f"{value:.4f}" for template in stored(till) for value in template[:8]]
    with till.store.reading() as books:
        bodies = "".join(row.body for row in books.trail.stored())
    assert sum(number in bodies for number in numbers) <= 2, "a chance likeness of four digits"
