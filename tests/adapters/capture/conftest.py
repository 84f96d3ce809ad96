"""Real pictures, encoded as the tests need them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.adapters.capture.doubles import FILM_FRAMES, Recorder

SAMPLES = Path(__file__).resolve().parents[3] / "sample_faces"

Encoded = Callable[..., bytes]


@pytest.fixture(scope="session")
def clip() -> Path:
    """The folder of Lin's clip: 000.jpg to 033.jpg, 640 x 360."""
    return SAMPLES / "lin" / "clip"


@pytest.fixture(scope="session")
def picture(clip: Path) -> Image.Image:
    """A small real picture, 160 x 90, no two corners alike."""
    with Image.open(clip / "000.jpg") as image:
        small = image.resize((160, 90))
    small.paste((255, 0, 0), (0, 0, 20, 20))
    small.paste((0, 0, 255), (140, 70, 160, 90))
    return small


@pytest.fixture(scope="session")
def encoded(picture: Image.Image) -> Encoded:
    """`encoded("PNG", image=..., **options)` is the file's bytes; the small picture unless told otherwise."""

    def encode(kind: str, image: Image.Image = picture, **options: Any) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def png_bomb() -> bytes:
    """A valid PNG of 40000 x 40000 black pixels, 1 bit each."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(5001) * 100) for _ in range(400)) + packer.flush()
    header = (40_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Path:
    """The first frames of Lin's clip as Motion JPEG, 10 frames a second."""
    path = tmp_path_factory.mktemp("film") / "lin.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 360))
    assert writer.isOpened()
    for number in range(FILM_FRAMES):
        picture = cv2.imread(str(clip / f"{number:03d}.jpg"))
        assert picture is not None
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture
def damaged(film: Path, tmp_path: Path) -> list[Path]:
    """Forty copies with flipped bits, half of them in the headers."""
    random = np.random.default_rng(7)
    data = film.read_bytes()
    for number in range(40):
        copy = bytearray(data)
        for place in random.integers(0, 400 if number % 2 else len(data), 20):
            copy[place] ^= 1 << int(random.integers(8))
        (tmp_path / f"damaged-{number}.avi").write_bytes(copy)
    return [tmp_path / f"damaged-{number}.avi" for number in range(40)]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(cv2, "VideoCapture", made)
    return made
