"""The pictures in scenarios/pictures: simulated attacks and poor pictures of sample faces, small enough to keep.

    .venv/bin/python tools/scenario_pictures.py           make them anew
    .venv/bin/python tools/scenario_pictures.py --check   make them elsewhere; show which differ and end with 1

`smilepay forge` makes the pictures. They are shrunk and encoded as JPEG, and captures as WebM and MP4, since what forge
writes is large. Two files are no forgeries: a picture of two people, which is two sample faces side by side, and a
network that finds nobody alive. With another version of numpy, OpenCV or Pillow the bytes may differ.
"""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "scenarios" / "pictures"
PEOPLE = ("eileen", "grace", "lin", "otto")
SEED = 2015
LONGEST_SIDE = 480
"""Pixels: enough for every face to be found, and for the dots of a print to be seen."""
QUALITY = 80

STILLS = {
    "attack/print_full_frame/eileen/1.png": "print_full_frame.jpg",
    "attack/print_halftone/lin/4.png": "print_halftone.jpg",
    "attack/screen_bezel/eileen/1.png": "screen_bezel.jpg",
    "attack/screen_full_frame/eileen/1.png": "screen_full_frame.jpg",
    "attack/paper_mask/eileen/1.png": "paper_mask.jpg",
    "injection/recompressed/eileen/1.png": "recompressed.jpg",
    "injection/morph/eileen/1.png": "morph.jpg",
    "bona_fide/eileen/blur-1.png": "blurred.jpg",
    "bona_fide/eileen/occluded_mouth-1.png": "mouth_covered.jpg",
    "bona_fide/eileen/overexposed-1.png": "too_bright.jpg",
    "bona_fide/eileen/small-1.png": "too_small.jpg",
    "bona_fide/otto/low_light-1.png": "too_dark.jpg",
}
"""What forge makes, and what it is called here."""
CLIPS = {
    "injection/frozen/eileen/stills": ("frozen.webm", "VP90", 200),
    "attack/screen_in_motion/eileen/stills": ("screen_in_motion.mp4", "mp4v", 240),
}
"""Frames that forge makes; the file they become, its codec, and the longest side in pixels."""
SPECIES = (
    "print_full_frame",
    "print_halftone",
    "screen_bezel",
    "screen_full_frame",
    "paper_mask",
    "recompressed",
    "morph",
    "blur",
    "occluded_mouth",
    "overexposed",
    "small",
    "low_light",
    "frozen",
    "screen_in_motion",
)


def command(out: str) -> list[str]:
    """The call of forge, as the README there tells it."""
    faces = [f"sample_faces/{name}" for name in PEOPLE]
    return ["smilepay", "forge", *faces, "--species", ",".join(SPECIES), "--seed", str(SEED), "--out", out]


def make(folder: Path) -> None:
    """Everything, into a folder that is there."""
    with TemporaryDirectory() as name:
        forged = Path(name) / "forged"
        subprocess.run([sys.executable, "-m", "smilepay_cli", *command(str(forged))[1:]], check=True, cwd=ROOT)
        for made, kept in STILLS.items():
            shrink(forged / made, folder / kept)
        for made, (kept, codec, side) in CLIPS.items():
            film(sorted((forged / made).glob("*.png")), folder / kept, codec, side)
    side_by_side([ROOT / "sample_faces" / name / "1.jpg" for name in ("eileen", "grace")], folder / "two_people.jpg")
    never_alive(folder / "never_alive.onnx")


def shrink(source: Path, target: Path) -> None:
    """A picture as a small JPEG."""
    from PIL import Image

    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.save(target, quality=QUALITY)


def film(frames: list[Path], target: Path, codec: str, side: int) -> None:
    """Pictures as a video of 12 frames a second."""
    import cv2

    pictures = [picture for frame in frames if (picture := cv2.imread(str(frame))) is not None]
    height, width = pictures[0].shape[:2]
    scale = side / max(height, width)
    size = (int(width * scale) // 2 * 2, int(height * scale) // 2 * 2)
    video = cv2.VideoWriter(str(target), cv2.VideoWriter.fourcc(*codec), 12, size)
    for picture in pictures:
        video.write(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    video.release()


def side_by_side(sources: list[Path], target: Path, height: int = 240) -> None:
    """Two people before one camera."""
    from PIL import Image

    pictures = []
    for source in sources:
        with Image.open(source) as opened:
            pictures.append(opened.convert("RGB").resize((opened.width * height // opened.height, height)))
    both = Image.new("RGB", (sum(picture.width for picture in pictures), height))
    left = 0
    for picture in pictures:
        both.paste(picture, (left, 0))
        left += picture.width
    both.save(target, quality=QUALITY)


def never_alive(target: Path) -> None:
    """A PAD network, and its sidecar, that says of every face that it is not alive: its only score is 0."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["means", "nothing"], ["scores"]),
    ]
    inputs = [helper.make_tensor_value_info("picture", TensorProto.FLOAT, (1, 3, 16, 16))]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, (1, 3))]
    nothing = numpy_helper.from_array(np.zeros(3, dtype=np.float32), "nothing")
    graph = helper.make_graph(nodes, "never alive", inputs, outputs, [nothing])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    network = bytes(model.SerializeToString())
    target.write_bytes(network)
    target.with_suffix(".toml").write_text(
        "# A network for scenarios: it finds nobody alive.\n"
        f'sha256 = "{sha256(network).hexdigest()}"\n'
        "input_size = 16\n"
        "crop_scale = 1.0\n"
        'colour_order = "rgb"\n'
        'range = "0..1"\n'
        "live_class = 0\n"
        'activation = "none"\n'
        "threshold = 0.5\n",
        encoding="utf-8",
    )


def main(arguments: list[str]) -> int:
    """Write everything, or with --check say what comes out otherwise on this machine."""
    if arguments not in ([], ["--check"]):
        print("usage: scenario_pictures.py [--check]", file=sys.stderr)
        return 2
    if not arguments:
        PICTURES.mkdir(parents=True, exist_ok=True)
        make(PICTURES)
        return 0
    with TemporaryDirectory() as name:
        make(Path(name))
        made = {path.name: path.read_bytes() for path in sorted(Path(name).iterdir())}
    differing = [name for name, data in made.items() if (PICTURES / name).read_bytes() != data]
    for name in differing:
        print(f"scenarios/pictures/{name} comes out otherwise here", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
