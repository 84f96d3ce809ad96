"""Still images as frames of a capture."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from smilepay_cli.adapters.capture.files import file_kind, printable, problem, read_file, read_stream
from smilepay_cli.adapters.capture.hush import without_stderr, without_warnings
from smilepay_cli.adapters.capture.meter import MeteredBytes, require_few_parts
from smilepay_cli.rules.natural import natural_key
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.faces import Frame, pixel_digest
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "AVIF")
"""What Pillow reads by itself. Nothing that runs another program (EPS), and no exotic decoder."""
SUFFIXES = (".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".avif")
"""What counts as an image in a folder."""
MOST_PIXELS = 50_000_000
"""Of one image; a phone's 48 megapixels pass, a decompression bomb does not."""
MOST_PIXELS_KEPT = 200_000_000
"""Of one capture kept decoded (0.6 GB); the images beyond are decoded a second time."""
STRIP_BYTES = 128_000
"""Of Pillow's four bytes a pixel: below what the allocator takes from the kernel anew each time."""
MOST_BLOCKS = 4
"""Blocks of memory that Pillow keeps for the next picture: fresh memory costs as much as decoding into it."""
MOST_FRAMES = 300
FEWEST_SIDE = 16
STDIN = "-"
_UNHEARD = logging.NullHandler()
"""Without a handler Python prints what Pillow logs of a bad file; who configures logging still gets it."""


class ImageSource:
    """A ports.FrameSource of `--image`s: files, folders (their images in natural order), `-` for stdin."""

    is_camera = False
    is_virtual = True

    def __init__(self, names: Sequence[str], stdin: BinaryIO | None = None) -> None:
        self._names = tuple(names)
        self._stdin = stdin
        self._files: list[tuple[str, Path | None]] | None = None
        self._kept: dict[int, Frame] = {}
        self._input: bytes | None = None

    @property
    def description(self) -> str:
        """What people call it."""
        first = printable(self._names[0])
        return first if len(self._names) == 1 else f"{first} and {len(self._names) - 1} more"

    def check(self) -> None:
        """Find, read and decode every image once, so that bad input is known before anything is done.

        Raises UsageProblem for the first one that cannot be used.
        """
        kept = sum(_size(frame) for frame in self._kept.values())
        for number, (name, path) in enumerate(self._found()):
            if number in self._kept:
                continue
            frame = self._frame(number, name, path)
            kept += _size(frame)
            if kept <= MOST_PIXELS_KEPT:
                self._kept[number] = frame

    def frames(self) -> Iterator[Frame]:
        """One frame an image, in the order given. Raises UsageProblem."""
        for number, (name, path) in enumerate(self._found()):
            yield self._kept.get(number) or self._frame(number, name, path)

    def _found(self) -> list[tuple[str, Path | None]]:
        if self._files is None:
            self._files = list(_files(self._names))
        return self._files

    def _frame(self, number: int, name: str, path: Path | None) -> Frame:
        data = self._read(path)
        pixels = decode_image(data, name)
        return Frame(
            pixels=pixels,
            number=number,
            seconds=0.0,
            origin=name,
            pixel_digest=pixel_digest(pixels),
            file_digest=sha256(data).hexdigest(),
        )

    def _read(self, path: Path | None) -> bytes:
        if path is not None:
            return read_file(path)
        if self._input is None:
            self._input = read_stream(self._stdin)
        return self._input


def decode_image(data: bytes, name: str) -> Pixels:
    """(height, width, 3) uint8 RGB, upright, transparency over white.

    Size limits hold before anything is decoded. Raises UsageProblem (`unusable_image`) for whatever cannot
    be decoded in full: a truncated file is never half a face.
    """
    from PIL import Image, UnidentifiedImageError

    if not data:
        raise _unusable(name, tr("the file is empty"))
    try:
        with without_warnings, _opened(data) as image:
            _require_size(image, name)
            image.fp.header_done()
            _load(image)
            return _as_array(_upright(_rgb(image), _orientation(image)))
    except UsageProblem:
        raise
    except UnidentifiedImageError:
        raise _unusable(name, tr("not an image of a known format ({formats})", formats=", ".join(FORMATS))) from None
    except Image.DecompressionBombError:  # beyond twice Pillow's own limit, which is higher than ours
        raise _unusable(name, tr("more than {number} megapixels", number=MOST_PIXELS // 1_000_000)) from None
    except Exception as error:  # whatever a hostile file makes a decoder raise
        detail = printable(" ".join(str(error).split())) or type(error).__name__
        raise _unusable(name, tr("cannot be decoded: {detail}", detail=detail[:120])) from None


def _as_array(image: Any) -> Pixels:
    """(height, width, 3) uint8. Taken a few rows at a time: 12 megapixels at once take twice as long, most of it for
    fresh memory that is used once."""
    import numpy as np

    width, height = image.size
    rows = max(1, STRIP_BYTES // (4 * width))
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        pixels[top : top + rows] = np.frombuffer(strip.tobytes(), dtype=np.uint8).reshape(-1, width, 3)
    return pixels


def _opened(data: bytes) -> Any:
    """The image with nothing decoded yet. Pillow knows the common formats at once, the others after `init`."""
    from PIL import Image, UnidentifiedImageError

    logging.getLogger("PIL").addHandler(_UNHEARD)
    require_few_parts(data)
    Image.preinit()
    try:
        return Image.open(MeteredBytes(data), formats=[name for name in FORMATS if name in Image.OPEN])
    except UnidentifiedImageError:
        Image.init()
        return Image.open(MeteredBytes(data), formats=[name for name in FORMATS if name in Image.OPEN])


def _load(image: Any) -> None:
    """Decode. libtiff writes what it thinks of a file to standard error."""
    _keep_memory(image)
    with without_stderr if image.format == "TIFF" else nullcontext():
        image.load()


def _keep_memory(image: Any) -> None:
    """As many blocks as a large picture takes at four bytes a pixel, and one for the rows that are taken out of it; a
    small one needs one, since small pictures in the blocks of large ones would cost again.
    """
    from PIL import Image

    memory: Any = vars(Image)["core"]
    width, height = image.size
    blocks = -(-4 * width * height // memory.get_block_size())
    memory.set_blocks_max(1 if blocks == 1 else min(MOST_BLOCKS, blocks + 1))


def _require_size(image: Any, name: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _unusable(
            name,
            tr(
                "{width} x {height} is more than {number} megapixels",
                width=width,
                height=height,
                number=MOST_PIXELS // 1_000_000,
            ),
        )
    if min(width, height) < FEWEST_SIDE:
        raise _unusable(name, tr("{width} x {height} is too small to hold a face", width=width, height=height))


def _rgb(image: Any) -> Any:
    from PIL import Image

    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Any) -> Any:
    """Grey of 16 bits by its full range; of 32 bits, where no range is agreed, by what the picture holds."""
    is_16_bits = image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM"))
    low, high = (0, 65535) if is_16_bits else image.getextrema()
    scale = 255 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _orientation(image: Any) -> Any:
    """The EXIF tag; 1 where there is none or it cannot be read, as every viewer has it."""
    from PIL import ExifTags

    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # parsers of metadata raise anything; the pixels are whole
        return 1


def _upright(image: Any, orientation: Any) -> Any:
    """Exif 2.32, tag 0x0112. Pillow's exif_transpose also writes the metadata anew, which not every file bears."""
    from PIL.Image import Transpose

    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return image if turn is None else image.transpose(turn)


def _size(frame: Frame) -> int:
    height, width = frame.pixels.shape[:2]
    return int(height * width)


def _files(names: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    if names.count(STDIN) > 1:
        raise UsageProblem(tr("--image - can be given once only: there is one standard input"))
    for count, (name, path) in enumerate(_expanded(names), start=1):
        if count > MOST_FRAMES:
            raise UsageProblem(
                tr("more than {most_frames} images for one capture", most_frames=MOST_FRAMES),
                hint=tr("name fewer, or a smaller folder"),
            )
        yield name, path


def _expanded(names: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    for name in names:
        if name == STDIN:
            yield STDIN, None
            continue
        if not name:
            raise UsageProblem(tr("--image needs a file or a folder, or - for standard input"))
        path = Path(name)
        if file_kind(path) == "folder":
            yield from ((printable(str(image)), image) for image in _images_in(path))
        else:
            yield printable(name), path


def files_of(names: Sequence[str]) -> list[Path]:
    """The files that `--image`s name, folders as their images. Raises UsageProblem."""
    return [path for _, path in _files(names) if path is not None]


def _images_in(folder: Path) -> list[Path]:
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise problem(printable(str(folder)), error) from None
    images = [entry for entry in entries if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")]
    if not images:
        raise UsageProblem(
            tr("{folder} holds no images", folder=printable(str(folder))),
            hint=tr("looked for {suffixes}", suffixes=" ".join(SUFFIXES)),
            reason="no_images",
        )
    return sorted(images, key=lambda image: natural_key(image.name))


def _unusable(name: str, detail: str) -> UsageProblem:
    return UsageProblem(f"{name}: {detail}", hint=tr("use a whole JPEG or PNG picture"), reason="unusable_image")
