"""Files made to crash, fill or occupy us are one line and exit status 2, at little cost."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from hashlib import sha512
from pathlib import Path

import pytest
from PIL import Image

from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem

MEGABYTE = 1024 * 1024


def jpeg(size: tuple[int, int] = (64, 64), **options: object) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(stream, "JPEG", **options)
    return stream.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks)


def bomb() -> bytes:
    """40000 x 40000 pixels that unpack out of some kilobytes each; 4.8 GB were they decoded."""
    return png(40_000, 40_000, chunk(b"IDAT", zlib.compress(b"\0" * MEGABYTE)), chunk(b"IEND", b""))


def gif(*blocks: bytes) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0, 0, 0) + b"".join(blocks) + b"\0;"


def tiff(offsets: int, kind: int, width: int, *, big: bool = False) -> bytes:
    """64 x 64, in as many strips as there are offsets."""
    tags = [(256, 3, 1, 64), (257, 3, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (278, 3, 1, 1)]
    tags += [(273, kind, offsets, 300), (279, 4, 1, 4096)]
    if big:
        head = b"II+\0" + struct.pack("<HHQQ", 8, 0, 16, len(tags))
        entries = b"".join(struct.pack("<HHQQ", *tag) for tag in sorted(tags))
    else:
        head = b"II*\0" + struct.pack("<IH", 8, len(tags))
        entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return (head + entries).ljust(300, b"\0") + b"\1" * (offsets * width)


def progressive(scans: int) -> bytes:
    """7000 x 7000 whose last scan is repeated; 11 seconds for 300 of them in 200 KB, without a limit."""
    data = jpeg((7000, 7000), progressive=True, quality=30)
    last = data[data.rfind(b"\xff\xda") : -2]
    return data[:-2] + last * scans + data[-2:]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"this is no picture\n" * 100,
    "random": lambda: sha512(b"noise").digest() * 1000,
    "heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 1000,
    "svg": lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>',
    "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(%pipe%id) (w) file\n",
    "pdf": lambda: b"%PDF-1.4\n" + b"0" * 1000,
    "only the start of a jpeg": lambda: b"\xff\xd8\xff",
    "half a jpeg": lambda: jpeg((640, 480))[:1500],
    "half a png": lambda: png(64, 64, chunk(b"IDAT", zlib.compress(b"\0" * 2000))),
    "png without pixels": lambda: png(64, 64, chunk(b"IEND", b"")),
    "png with a wrong checksum": lambda: png(64, 64, b"\0\0\0\4IDATabcdwxyz"),
    "png of no width": lambda: png(0, 64),
    "png of a negative width": lambda: png(0xFFFFFFF0, 64),
    "png text bomb": lambda: png(64, 64, *[chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 64 * MEGABYTE))]),
    "png profile bomb": lambda: png(64, 64, chunk(b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 64 * MEGABYTE))),
    "png bomb": bomb,
    "png of empty chunks": lambda: png(64, 64, chunk(b"abCd", b"") * (2 * MEGABYTE)),
    "gif of comments": lambda: gif(b"!\xfe" + (b"\xff" + b"a" * 255) * 200_000),
    "gif of extensions": lambda: gif(b"!\xfe\1a\0" * (4 * MEGABYTE)),
    "gif larger than it says": lambda: gif(b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x08\1a\0"),
    "jpeg of empty comments": lambda: jpeg()[:2] + b"\xff\xfe\0\2" * (4 * MEGABYTE) + jpeg()[2:],
    "jpeg of fill bytes": lambda: b"\xff\xd8" + b"\xff" * (60 * MEGABYTE),
    "jpeg of metadata": lambda: jpeg()[:2] + (b"\xff\xe1\xff\xffExif\0\0" + b"\0" * 65_527) * 900 + jpeg()[2:],
    "jpeg of scans": lambda: progressive(300),
    "ppm of a comment": lambda: b"P6\n#" + b"a" * (60 * MEGABYTE) + b"\n64 64\n255\n",
    "ppm of a long number": lambda: b"P6\n" + b"9" * 10_000 + b" 64\n255\n",
    "tiff of strips": lambda: tiff(2 * MEGABYTE, 4, 4),
    "tiff of strips named in bytes": lambda: tiff(8 * MEGABYTE, 1, 1),
    "bigtiff of strips": lambda: tiff(2 * MEGABYTE, 4, 4, big=True),
    "tiff directory that is its own": lambda: (
        b"II*\0" + struct.pack("<IHHHII", 8, 1, 330, 4, 1, 8) + struct.pack("<I", 8)
    ),
    "tiff directory outside": lambda: b"MM\0*\xff\xff\xff\xff",
    "tiff of tags": lambda: b"II*\0\x08\0\0\0\xff\xff" + b"\x0f\x01\x02\0\0\0\x10\0\x08\0\0\0" * 65_535,
    "webp of nothing": lambda: b"RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff",
    "bmp of nothing": lambda: (
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 7000, -7000, 1, 24, 0, 0, 0, 0, 0, 0)
    ),
}

COST = """
import resource, sys, time, warnings
sys.path.insert(0, sys.argv[1])
warnings.simplefilter("error")
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.vocabulary.errors import UsageProblem
from PIL import Image; Image.init(); import numpy
data = sys.stdin.buffer.read()
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    decode_image(data, "x")
except UsageProblem:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(time.process_time() - began, used // 1024)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_one_line_and_exit_2(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageProblem) as caught:  # and no warning: they are errors here
        decode_image(HOSTILE[name](), "shot.jpg")
    assert caught.value.exit is ExitStatus.USAGE
    assert caught.value.reason == "unusable_image"
    assert caught.value.message.startswith("shot.jpg: ")
    assert caught.value.message.isprintable()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "name", ["png bomb", "jpeg of scans", "jpeg of fill bytes", "gif of comments", "tiff of strips named in bytes"]
)
def test_hostile_files_cost_little(name: str, pytestconfig: pytest.Config) -> None:
    """CPU time and memory of a process of its own; decoding the bomb would take 4.8 GB."""
    done = subprocess.run(
        [sys.executable, "-c", COST, str(pytestconfig.rootpath)], input=HOSTILE[name](), capture_output=True
    )
    assert done.stderr == b""
    seconds, megabytes = (float(figure) for figure in done.stdout.split())
    assert megabytes < 64
    assert seconds < 20, "it took minutes or worse before there was a limit; it is about a second"


def test_real_pictures_stay_below_the_limits(tmp_path: Path) -> None:
    """What cameras and editors write: progressive, restart markers, metadata of some megabytes, long PNGs."""
    segment = b"\xff\xe1" + struct.pack(">H", 65_535) + b"http://ns.adobe.com/xmp/extension/\0"
    depth_map = segment + b"\0" * (65_533 - len(segment) + 4)
    plain = jpeg((640, 480), progressive=True, restart_marker_blocks=1)
    assert decode_image(plain[:2] + depth_map * 100 + plain[2:], "x").shape == (480, 640, 3)
    noise = Image.frombytes("RGB", (1200, 800), os.urandom(2_880_000))
    for kind in ("PNG", "TIFF", "GIF", "WEBP"):
        path = tmp_path / f"noise.{kind.lower()}"
        noise.save(path)
        assert decode_image(path.read_bytes(), "x").shape == (800, 1200, 3)
