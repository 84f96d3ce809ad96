"""From a picture with a face to what a PAD network is given: a square cut out, resized, and turned into numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.adapters.faces.chips import checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smilepay_cli.adapters.pad.sidecar import Sidecar
    from smilepay_cli.vocabulary.faces import Box, Pixels


def network_input(pixels: Pixels, box: Box, sidecar: Sidecar) -> NDArray[Any]:
    """(1, 3, height, width) or (1, height, width, 3) float32 for the face in the box.

    Raises TypeError for pixels that are no (h, w, 3) uint8 picture, ValueError for a box that is not in it.
    """
    pixels = checked(pixels)
    left, top, side = square(box, sidecar.crop_scale, pixels.shape[0], pixels.shape[1])
    crop = resized(pixels[top : top + side, left : left + side], sidecar.input_size, smooth=sidecar.resize == "smooth")
    return normalised(crop, sidecar)


def square(box: Box, scale: float, height: int, width: int) -> tuple[int, int, int]:
    """Left, top and side of the crop, all of it inside a picture of that height and width.

    The square has the box's middle and `scale` times its width. It is as large as the picture's shorter side at most,
    and is moved inside where it reaches past an edge, as MiniFASNet's crops are (Silent-Face-Anti-Spoofing,
    generate_patches.py): nothing is padded, since these networks were never shown made-up pixels. Raises ValueError
    for a box that shares no pixel with the picture.
    """
    right, bottom = box.left + box.width, box.top + box.height
    if box.width < 1 or box.height < 1 or right <= 0 or bottom <= 0 or box.left >= width or box.top >= height:
        raise ValueError(f"{box} is not in a picture of {width} by {height}")
    side = max(1, min(round(box.width * scale), height, width))
    left, top = round((box.left + right - side) / 2), round((box.top + bottom - side) / 2)
    return min(max(left, 0), width - side), min(max(top, 0), height - side), side


def resized(crop: Pixels, size: tuple[int, int], *, smooth: bool) -> Pixels:
    """The crop at `size` (height, width), as 8 bits.

    What a network learnt of the fine texture hangs on how its pictures were shrunk. Plain: from the four pixels around
    each place, as OpenCV's INTER_LINEAR and PyTorch's interpolate do. Smooth: from all pixels under each place, as
    Pillow's and torchvision's BILINEAR do.
    """
    import numpy as np

    if smooth:
        from PIL import Image

        image = Image.fromarray(np.ascontiguousarray(crop)).resize(size[::-1], Image.Resampling.BILINEAR)
        return np.asarray(image)
    above, below, down = _neighbours(crop.shape[0], size[0])
    before, after, across = _neighbours(crop.shape[1], size[1])
    across = across[None, :, None]
    upper = crop[above][:, before] * (1 - across) + crop[above][:, after] * across
    lower = crop[below][:, before] * (1 - across) + crop[below][:, after] * across
    down = down[:, None, None]
    values: Pixels = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    return values


def _neighbours(old: int, new: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """For each of `new` places along a line of `old` pixels: the pixels beside it, and the share of the second."""
    import numpy as np

    places = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    first = places.astype(np.int64)
    return first, np.minimum(first + 1, old - 1), places - first


def normalised(crop: Pixels, sidecar: Sidecar) -> NDArray[Any]:
    """A batch of one, in the sidecar's colour order, range and layout."""
    import numpy as np

    ordered = crop[:, :, ::-1] if sidecar.colour_order == "bgr" else crop
    values = (ordered - 255 * np.array(sidecar.mean)) / (255 * np.array(sidecar.std))
    if sidecar.layout == "nchw":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None], dtype=np.float32)
