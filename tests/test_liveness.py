"""Captures that show a living face smile, and those that only seem to: real faces, the real engine, the command line.

Every attack here is made of the sample faces that ship. Each has to end with 13, move nothing, and leave its event.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.engines import DEFAULT_SCHEMES, open_engine
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.ports import FaceEngine
from smilepay_cli.rules.cues.registry import CUES
from smilepay_cli.verbs.challenge import drawn
from tests.adapters.pad.networks import means, write

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

FACES = sample_faces()
CLIP = f"{FACES}/lin/clip/%03d.jpg"
NEUTRAL, SMILING = range(5), range(12, 24)
"""Of lin's clip."""
STRICT = ("--policy", "strict", "--challenge", "smile")
SALE = ("--amount", "1", "--merchant", "kiosk")
SIZE = (640, 360)


@dataclass(frozen=True)
class Till:
    """One wallet: lin and otto are enrolled and have 100 each."""

    home: Path
    engine: FaceEngine
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> dict[str, Any]:
        """The envelope of a command."""
        status = run([*arguments, "--home", str(self.home), "--json"], Environment(engine=self.engine))
        envelope: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        assert envelope["exit"] == status
        return envelope

    def pay(self, *arguments: str) -> dict[str, Any]:
        return self("pay", *SALE, *arguments)

    def refused(self, *arguments: str, status: int = 13) -> str:
        """The reason. Nothing moved, and there is one event that says so."""
        before = self.events()
        answer = self.pay(*arguments)
        assert (answer["outcome"], answer["exit"]) == ("refused", status), answer["reason"]
        newest, *rest = self.events()
        assert rest == before and newest["id"] == answer["events"][0]
        assert (newest["reason"], newest["throttle"]) == (answer["reason"], "strike" if status == 13 else None)
        balances = self("wallet", "balance")["data"]["balances"]
        assert {one["balance"]["available"]["amount"] for one in balances} == {"100.00"}
        return str(answer["reason"])

    def events(self) -> list[dict[str, Any]]:
        """Bodies, newest first."""
        return [one["body"] for one in self("audit", "--limit", "100")["data"]["found"]]


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    """The one that is used unless told otherwise."""
    name = next(iter(DEFAULT_SCHEMES))
    return open_engine(name, DEFAULT_SCHEMES[name], os.environ)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory, engine: FaceEngine) -> Path:
    """A wallet to copy; enrolling again for each test would take longer than the test."""
    import io

    home = tmp_path_factory.mktemp("enrolled") / "home"
    for name, numbers in (("lin", (1, 2)), ("otto", (1,))):
        images = [word for number in numbers for word in ("--image", f"{FACES}/{name}/{number}.jpg")]
        environment = Environment(engine=engine, stdout=io.StringIO())
        assert run(["enroll", name, *images, "--deposit", "100", "--home", str(home)], environment) == 0
    return home


@pytest.fixture
def till(tmp_path: Path, enrolled: Path, engine: FaceEngine, capsys: pytest.CaptureFixture[str]) -> Till:
    shutil.copytree(enrolled, tmp_path / "home")
    return Till(tmp_path / "home", engine, capsys)


def picture(name: str) -> Pixels:
    """A sample face."""
    from PIL import Image

    return np.array(Image.open(FACES / name).convert("RGB"))


def lin(numbers: Iterable[int]) -> list[Pixels]:
    """Frames of her clip."""
    return [picture(f"lin/clip/{number:03d}.jpg") for number in numbers]


def fitted(pixels: Pixels) -> Pixels:
    """In a frame of the clip's size, as high as it goes."""
    import cv2

    width, height = SIZE
    across = round(pixels.shape[1] * height / pixels.shape[0])
    scaled = cv2.resize(pixels, (min(across, width), height), interpolation=cv2.INTER_AREA)
    left = (width - scaled.shape[1]) // 2
    return np.asarray(
        cv2.copyMakeBorder(scaled, 0, 0, left, width - scaled.shape[1] - left, cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def numbered(folder: Path, frames: Iterable[Pixels], quality: Callable[[int], int] = lambda _: 95) -> str:
    """The pattern of a clip."""
    from PIL import Image

    folder.mkdir()
    for number, pixels in enumerate(frames):
        Image.fromarray(pixels).save(folder / f"{number:03d}.jpg", quality=quality(number))
    return str(folder / "%03d.jpg")


def copies(folder: Path, name: str, count: int = 30) -> str:
    """The pattern of a clip of one file, byte for byte."""
    folder.mkdir()
    for number in range(count):
        shutil.copyfile(FACES / name, folder / f"{number:03d}.jpg")
    return str(folder / "%03d.jpg")


def film(path: Path, frames: list[Pixels]) -> str:
    """A video file, MJPG at the best quality."""
    import cv2

    height, width = frames[0].shape[:2]
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), code, 12.0, (width, height))
    writer.set(cv2.VIDEOWRITER_PROP_QUALITY, 98)
    for pixels in frames:
        writer.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    writer.release()
    return str(path)


def images(names: Iterable[str]) -> list[str]:
    """Several stills as options."""
    return [word for name in names for word in ("--image", str(FACES / name))]


def in_place_of_lin(pixels: Pixels, engine: FaceEngine) -> Pixels:
    """A face where hers is in the clip, and as large: nothing jumps."""
    import cv2

    here, there = (engine.detect(one).found[0].box for one in (pixels, lin([0])[0]))
    scale = there.width / here.width
    moved = np.array([[scale, 0, there.left - here.left * scale], [0, scale, there.top - here.top * scale]])
    return np.asarray(cv2.warpAffine(pixels, moved, SIZE, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def shaken(pixels: Pixels, count: int = 12) -> list[Pixels]:
    """A picture in a hand."""
    return [np.roll(pixels, (number % 3, number % 2), (0, 1)) for number in range(count)]


def test_a_living_smile_pays(till: Till) -> None:
    """The clip, neutral and then smiling, with everything that strict asks for."""
    answer = till.pay(*STRICT, "--camera", CLIP)
    assert (answer["exit"], answer["data"]["balance"]["available"]["amount"]) == (0, "99.00")
    event = till.events()[0]
    assert event["challenge"] == {"steps": ["smile"], "nonce": None, "fixed": True}
    cues = next(check for check in event["checks"] if check["name"] == "deny_cues")["figures"]
    assert (
        cues.pop("pictures_of_others") == 0
        and len(cues) == 6
        and not any(cue["denied"] for cue in cues.values() if isinstance(cue, dict))
    )


def test_as_a_video_file_and_as_several_images_it_pays_too(till: Till, tmp_path: Path) -> None:
    """Encoded once more; and stills, of which no order is asked but neutral before the smile."""
    assert till.pay(*STRICT, "--camera", film(tmp_path / "lin.avi", lin(range(34))))["exit"] == 0
    stills = images(f"lin/clip/{number:03d}.jpg" for number in range(1, 20, 3))
    assert till.pay("--policy", "strict", *stills)["exit"] == 0


def test_a_drawn_challenge_is_not_met_by_a_film(till: Till) -> None:
    """Nobody knew beforehand what would be asked; the event has what was drawn, and by which nonce."""
    assert till.refused("--policy", "strict", "--camera", CLIP) == "challenge_not_shown"
    told = till.events()[0]["challenge"]
    assert tuple(told["steps"]) == drawn(told["nonce"]) and sorted(told["steps"]) == [
        "smile",
        "turn_left",
        "turn_right",
    ]
    assert told["fixed"] is False


@pytest.mark.parametrize("clip", ["clip_talking", "clip_still"])
def test_who_talks_or_sits_still_does_not_smile(till: Till, clip: str) -> None:
    """Otto, whom both policies know, as camera and as stills."""
    camera = ("--camera", f"{FACES}/otto/{clip}/%03d.jpg")
    assert till.refused(*STRICT, *camera) == "challenge_not_shown"
    assert till("accounts", "unlock")["exit"] == 0
    stills = images(f"otto/{clip}/{number:03d}.jpg" for number in range(1, 20, 3))
    relaxed = till.home.parent / "relaxed.toml"  # the frames were presented already
    relaxed.write_text('extends = "standard"\nreplay_check = false\n', encoding="utf-8")
    assert till.refused("--policy", str(relaxed), *camera) == "smile_not_shown"
    assert till.refused("--policy", str(relaxed), *stills) == "smile_not_shown"


@pytest.mark.parametrize("jumps", [False, True])
@pytest.mark.parametrize("who", ["lin-eileen", "otto-lin", "otto-eileen"])
@pytest.mark.parametrize("policy", [STRICT, ()], ids=["strict", "standard"])
def test_one_may_not_smile_for_another(
    till: Till, tmp_path: Path, policy: tuple[str, ...], who: str, jumps: bool
) -> None:
    """Neutral by one, the smile by another: at the same place, and elsewhere in the picture.

    Whether both are enrolled, one or none is not looked at: they are compared with each other first.
    """
    frames: list[Pixels] = []
    faces = {"lin": lin([*NEUTRAL]), "otto": [picture(f"otto/clip_still/{number:03d}.jpg") for number in NEUTRAL]}
    smiles = {"lin": lin([*SMILING]), "eileen": shaken(picture("eileen/1.jpg"))}
    first, second = who.split("-")
    for name, ones in ((first, faces), (second, smiles)):
        elsewhere = jumps and name != "lin"
        place = fitted if elsewhere else (lambda pixels: in_place_of_lin(pixels, till.engine))
        frames += ones[name] if name == "lin" else map(place, ones[name])
    if jumps:
        half = len(faces[first])
        frames[half:] = [np.roll(pixels, 150, axis=1) for pixels in frames[half:]]
    assert till.refused(*policy, "--camera", numbered(tmp_path / "two", frames)) == "person_changed"


@pytest.mark.parametrize("enrolled_too", [True, False])
def test_nor_do_both_accounts_help(till: Till, tmp_path: Path, enrolled_too: bool) -> None:
    """The other one may have an account, or the first one none any more."""
    if enrolled_too:
        assert till("enroll", "eileen", "--image", f"{FACES}/eileen/2.jpg", "--deposit", "100")["exit"] == 0
    else:
        for name in ("lin", "otto"):
            assert till("wallet", "withdraw", name, "100")["exit"] == 0
            assert till("accounts", "forget", name)["exit"] == 0
    frames = [*lin(NEUTRAL), *(in_place_of_lin(one, till.engine) for one in shaken(picture("eileen/1.jpg")))]
    answer = till.pay(*STRICT, "--camera", numbered(tmp_path / "two", frames))
    assert (answer["exit"], answer["reason"]) == (13, "person_changed")


@pytest.mark.parametrize(
    ("name", "reason"), [("lin/1.jpg", "used_before"), ("lin/5.jpg", "challenge_not_shown")], ids=["neutral", "smiling"]
)
def test_one_picture_for_a_whole_capture_does_not_pay(till: Till, tmp_path: Path, name: str, reason: str) -> None:
    """Thirty copies as numbered images, thirty frames of a video file. With the neutral one lin was enrolled."""
    assert till.refused(*STRICT, "--camera", copies(tmp_path / "copies", name)) == reason
    assert (
        till.refused(*STRICT, "--camera", film(tmp_path / "still.avi", [picture(name)] * 30)) == "challenge_not_shown"
    )


@pytest.mark.parametrize("number", [0, 16], ids=["neutral", "smiling"])
def test_nor_one_frame_encoded_again_and_again(till: Till, tmp_path: Path, number: int) -> None:
    """No two files and no two pictures are the same, but nothing happens."""
    clip = numbered(tmp_path / "copies", lin([number]) * 34, quality=lambda place: 60 + place)
    assert till.refused(*STRICT, "--camera", clip) == "challenge_not_shown"


@pytest.mark.parametrize("numbers", [range(16, -1, -1), SMILING], ids=["backwards", "smiling-part"])
def test_a_smile_that_was_there_before_is_none(till: Till, tmp_path: Path, numbers: range) -> None:
    """A smile that ends, and one that never began."""
    assert till.refused(*STRICT, "--camera", numbered(tmp_path / "clip", lin(numbers))) == "challenge_not_shown"


def test_a_slide_show_of_two_photographs(till: Till, tmp_path: Path) -> None:
    """Relaxed, then smiling, each shaken a little and encoded anew for every frame: no change on the way."""
    relaxed, smiling = lin([0, 17])
    slides = [*shaken(relaxed, 10), *shaken(smiling, 10)]
    clip = numbered(tmp_path / "slides", slides, quality=lambda number: 80 + number % 15)
    assert till.refused(*STRICT, "--camera", clip) in CUES
    figures = next(check for check in till.events()[0]["checks"] if check["name"] == "deny_cues")["figures"]
    assert figures["copied_frames"] == {"score": 1.0, "limit": 2, "denied": True}


def test_the_same_file_pays_once(till: Till) -> None:
    """Under standard, which takes a still."""
    still = ("--image", f"{FACES}/lin/5.jpg")
    assert till.pay(*still)["exit"] == 0
    again = till.pay(*still)
    assert (again["exit"], again["reason"]) == (13, "used_before")
    assert till.events()[0]["reason"] == "used_before"


def test_who_may_say_what_is_asked(till: Till) -> None:
    """A file under no floor. Anything else is told, and was no attempt."""
    before = till.events()
    assert till.pay(*STRICT, *images(["lin/5.jpg"]))["exit"] == 2
    typo = till.pay("--policy", "strict", "--challenge", "smlie", "--camera", CLIP)
    assert typo["exit"] == 2 and "did you mean 'smile'?" in typo["data"]["hint"]
    assert till.events() == before
    assert till("policy", "floor", "strict")["exit"] == 0
    assert till.refused(*STRICT, "--camera", CLIP, status=23) == "below_floor"


def test_ctrl_c_in_the_middle_of_a_capture(till: Till, tmp_path: Path) -> None:
    """A process of its own, interrupted once it asks to hold still: 130, an event, and nothing else."""
    clip = copies(tmp_path / "long", "lin/3.jpg", count=180)
    command = [sys.executable, "-W", "error", "-m", "smilepay_cli", "pay", *SALE, *STRICT, "--camera", clip]
    process = subprocess.Popen([*command, "--home", str(till.home)], stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert first.startswith("smilepay: ") and rest.endswith("interrupted; nothing was left half done\n")
    assert process.returncode == 130
    event = till.events()[0]
    assert (event["reason"], event["exit"], event["throttle"]) == ("interrupted", 130, None)
    assert event["checks"][-1]["name"] == "capture" and not event["checks"][-1]["passed"]
    assert till("audit", "verify")["exit"] == 0


class TestPadModel:
    """A network that the caller brought, in the place of one that was trained."""

    @staticmethod
    def network(folder: Path, live: float) -> Path:
        """Always as sure."""
        return write(folder, means(np.zeros((3, 3)), (live, 0.0, 0.0)))

    def test_passes(self, till: Till, tmp_path: Path) -> None:
        answer = till.pay(*STRICT, "--camera", CLIP, "--pad-model", str(self.network(tmp_path, 0.9)))
        assert answer["exit"] == 0
        figures = next(check for check in till.events()[0]["checks"] if check["name"] == "pad_model")["figures"]
        assert figures["live_scores"] == [0.9, 0.9] and figures["threshold"] == 0.5

    def test_denies(self, till: Till, tmp_path: Path) -> None:
        """Though everything else was shown."""
        network = str(self.network(tmp_path, 0.1))
        assert till.refused(*STRICT, "--camera", CLIP, "--pad-model", network) == "pad_model_denied"

    def test_a_file_that_is_missing_is_told_before_anything_is_captured(self, till: Till, tmp_path: Path) -> None:
        before = till.events()
        answer = till.pay("--camera", str(tmp_path / "%03d.jpg"), "--pad-model", str(tmp_path / "model.onnx"))
        assert (answer["exit"], answer["reason"]) == (2, "bad_pad_model")
        assert till.events() == before

    def test_a_network_that_never_gives_a_number_is_told_as_well(self, till: Till, tmp_path: Path) -> None:
        network = str(self.network(tmp_path, float("nan")))
        answer = till.pay(*STRICT, "--camera", CLIP, "--pad-model", network)
        assert (answer["exit"], answer["reason"]) == (2, "bad_pad_model")

    def test_one_that_gives_none_for_faces_refuses(self, till: Till, tmp_path: Path) -> None:
        """The root of how much less red than blue there is: skin has none. It is an attempt, and a strike."""
        weights = ((-1, 0, 0), (0, 0, 0), (1, 0, 0))
        from tests.adapters.pad.networks import ending

        network = write(tmp_path, means(weights, (0.02, 0.1, 0.1), more=ending("Sqrt")))
        answer = till.pay(*STRICT, "--camera", CLIP, "--pad-model", str(network))
        assert (answer["exit"], answer["reason"]) == (1, "check_failed")
        event = till.events()[0]
        assert event["checks"][-1]["name"] == "pad_model" and "not finite" in event["checks"][-1]["figures"]["fault"]
        assert event["throttle"] == "strike"
