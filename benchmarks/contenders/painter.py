"""The pictures that are measured on, made of the sample faces."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageFilter

QUALITY = 90
"""Of the JPEGs."""


class Painter:
    """Pillow, in a process of its own: the one that measures stays small."""

    def canvas(self, source: str, to: str, width: int, height: int) -> None:
        """The picture as large as it fits in the middle, over itself out of focus, as a JPEG."""
        with Image.open(source) as file:
            picture = file.convert("RGB")
        fit = min(width / picture.width, height / picture.height)
        size = round(picture.width * fit), round(picture.height * fit)
        blurred = picture.resize((64, 64)).filter(ImageFilter.GaussianBlur(4))
        canvas = blurred.resize((width, height), Image.Resampling.BICUBIC)
        canvas.paste(picture.resize(size, Image.Resampling.BICUBIC), ((width - size[0]) // 2, (height - size[1]) // 2))
        Path(to).parent.mkdir(parents=True, exist_ok=True)
        canvas.save(to, "JPEG", quality=QUALITY)
