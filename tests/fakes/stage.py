"""The demo's sample faces as pictures that the fake engine can read."""

from __future__ import annotations

from pathlib import Path

from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.harnesses.stage import Samples, Stage
from smilepay_cli.ports import FaceEngine, FrameSource
from smilepay_cli.rules.profiles import PROFILES
from smilepay_cli.verbs.till import Till
from tests.fakes.fake_engine import FakeEngine, empty_picture, picture
from tests.fakes.fixed import CountingIds, FixedClock
from tests.fakes.source import PictureSource

_SMILING = ("lin/3.jpg", "lin/4.jpg", "lin/5.jpg", "lin/6.jpg")
_CAPTURE = 9
"""Frames of the fake clip; the last one smiles."""


def fake_samples(images: tuple[str, ...], camera: str | None) -> FrameSource:
    """Who is on a picture is the name of its folder, as in the real samples."""
    if camera:
        clip = [picture("lin", smile=number == _CAPTURE - 1, noise=1000 + number) for number in range(_CAPTURE)]
        return PictureSource(*clip, is_camera=True)
    return PictureSource(*(_picture(image) for image in images))


def fake_stage(home: Path, *, engine: FaceEngine | None = None, samples: Samples = fake_samples) -> Stage:
    """A stage that needs no model and no file."""
    till = Till(
        store=SqliteStore(home),
        engine=engine or FakeEngine(),
        vault=FileVault(home),
        packed=PackedGalleryFile(home),
        pins=Argon2Pins(),
        catalogue=CatalogueFile(home),
        clock=FixedClock(),
        ids=CountingIds(),
        policy=PROFILES["standard"],
    )
    return Stage(till, samples)


def _picture(image: str):  # type: ignore[no-untyped-def]  # pixels
    person, noise = image.partition("/")[0], sum(image.encode())
    if person == "no_face":
        return empty_picture(noise=noise)
    return picture(person, smile=image in _SMILING, noise=noise)
