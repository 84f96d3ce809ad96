"""The whole flow on real faces, with the real models, as somebody would type it.

Each test is a promise to users; the pictures are the sample faces that ship.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from smilepay_cli.adapters.faces.engines import DEFAULT_SCHEMES, open_engine
from smilepay_cli.adapters.packaged import sample_faces
from smilepay_cli.commands.app import run
from smilepay_cli.commands.environment import Environment
from smilepay_cli.ports import FaceEngine
from smilepay_cli.rules.schemes import SCHEMES

FACES = sample_faces()


@dataclass(frozen=True)
class Terminal:
    """Types command lines into this process; one engine for all, since its models take seconds to load."""

    home: Path
    engine: FaceEngine
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        status = run([*arguments, "--home", str(self.home)], Environment(engine=self.engine))
        out, err = self.capsys.readouterr()
        return status, out, err

    def json(self, *arguments: str) -> dict[str, Any]:
        status, out, _ = self(*arguments, "--json")
        envelope: dict[str, Any] = json.loads(out)
        assert envelope["exit"] == status
        return envelope

    def balance(self, name: str) -> str:
        available: str = self.json("wallet", "balance", name)["data"]["balances"][0]["balance"]["available"]["amount"]
        return available


@pytest.fixture(scope="module", params=DEFAULT_SCHEMES)
def engine(request: pytest.FixtureRequest) -> FaceEngine:
    """Each engine with its own scheme: the whole flow holds on both."""
    return open_engine(request.param, DEFAULT_SCHEMES[request.param], os.environ)


@pytest.fixture
def terminal(tmp_path: Path, engine: FaceEngine, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Lin is enrolled with two neutral pictures and has 100."""
    terminal = Terminal(tmp_path / "home", engine, capsys)
    images = ("--image", f"{FACES}/lin/1.jpg", "--image", f"{FACES}/lin/2.jpg")
    assert terminal("enroll", "lin", *images, "--deposit", "100")[0] == 0
    return terminal


@pytest.fixture
def relaxed(tmp_path: Path) -> tuple[str, ...]:
    """standard without lockout and replay check, for presenting the same pictures again and again."""
    path = tmp_path / "relaxed.toml"
    path.write_text('extends = "standard"\nlockout_attempts = 0\nreplay_check = false\n', encoding="utf-8")
    return ("--policy", str(path))


def test_shop_and_pay_with_a_smile(terminal: Terminal) -> None:
    """An order, a payment, the balance reduced by the price, postings that sum to zero, one event."""
    order = terminal.json("shop", "latte", "--image", f"{FACES}/lin/3.jpg")["data"]["order"]
    events = terminal.json("audit", "--limit", "100")["data"]["found"]
    paid = terminal.json("pay", "--image", f"{FACES}/lin/5.jpg")
    assert paid["outcome"] == "done" and paid["data"]["order"]["id"] == order["id"]
    assert terminal.balance("lin") == "96.20"
    postings = paid["data"]["payment"]["transaction"]["postings"]
    assert sum(leg["amount"]["minor"] for leg in postings) == 0
    assert len(terminal.json("audit", "--limit", "100")["data"]["found"]) == len(events) + 1
    assert len(paid["events"]) == 1


def test_no_second_charge(terminal: Terminal) -> None:
    """The photo again, another smile, the order again, the key again: nothing moves."""
    order = terminal.json("shop", "latte", "--image", f"{FACES}/lin/3.jpg")["data"]["order"]["id"]
    key = ("--idempotency-key", "till-1-0001")
    first = terminal.json("pay", order, *key, "--image", f"{FACES}/lin/5.jpg")
    assert first["exit"] == 0
    again = terminal.json("pay", "--image", f"{FACES}/lin/5.jpg")
    assert (again["exit"], again["reason"]) == (13, "used_before")
    assert terminal.json("pay", "--image", f"{FACES}/lin/6.jpg")["exit"] == 22
    assert terminal.json("pay", order, "--image", f"{FACES}/lin/4.jpg")["exit"] == 22
    repeat = terminal.json("pay", order, *key, "--image", f"{FACES}/lin/4.jpg")
    assert (repeat["exit"], repeat["data"]["repeated"]) == (0, True)
    assert repeat["data"]["payment"]["hold"]["id"] == first["data"]["payment"]["hold"]["id"]
    assert terminal.balance("lin") == "96.20"


@pytest.mark.parametrize(
    ("picture", "status", "reason"),
    [
        ("grace/1.jpg", 10, "no_match"),
        ("no_face/1.jpg", 12, "no_face"),
        ("lin/1.jpg", 13, "smile_not_shown"),
        ("eileen/2.jpg", 10, "no_match"),  # the second, false face on the suit is a side detection
        ("otto/3.jpg", 10, "no_match"),
    ],
)
def test_who_does_not_get_in(
    terminal: Terminal, relaxed: tuple[str, ...], picture: str, status: int, reason: str
) -> None:
    """A stranger, nobody, no smile: each its own status, and no money moves."""
    answer = terminal.json("pay", *relaxed, "--amount", "3", "--merchant", "kiosk", "--image", f"{FACES}/{picture}")
    assert (answer["exit"], answer["reason"]) == (status, reason)
    assert terminal.balance("lin") == "100.00"


def test_talking_is_no_smile(terminal: Terminal, relaxed: tuple[str, ...]) -> None:
    """Otto never smiles: neutral, talking, mouth wide open, hand on the chin."""
    assert terminal("enroll", "otto", "--image", f"{FACES}/otto/1.jpg", "--deposit", "10")[0] == 0
    for number in range(2, 8):
        picture = f"{FACES}/otto/{number}.jpg"
        answer = terminal.json("pay", *relaxed, "--amount", "1", "--merchant", "kiosk", "--image", picture)
        assert (answer["exit"], answer["reason"]) == (13, "smile_not_shown"), picture


def test_a_clip_is_a_camera(terminal: Terminal) -> None:
    """Numbered images are a virtual camera: neutral, then the smile that pays."""
    clip = f"{FACES}/lin/clip/%03d.jpg"
    paid = terminal.json("pay", "--amount", "3", "--merchant", "kiosk", "--camera", clip)
    assert paid["exit"] == 0
    capture = next(check for check in paid["data"]["checks"] if check["name"] == "capture")
    assert capture["figures"]["source"] == "camera" and capture["figures"]["frames"] > 1


def test_a_transition_is_seen_in_the_clip_and_not_in_the_talk(terminal: Terminal, tmp_path: Path) -> None:
    """smile = "transition": neutral -> smile by one person; otto's talking and his still clip show none."""
    policy = tmp_path / "transition.toml"
    policy.write_text('smile = "transition"\n', encoding="utf-8")
    pay = ("pay", "--policy", str(policy), "--amount", "1", "--merchant", "kiosk", "--camera")
    assert terminal.json(*pay, f"{FACES}/lin/clip/%03d.jpg")["exit"] == 0
    assert terminal("enroll", "otto", "--image", f"{FACES}/otto/1.jpg", "--deposit", "10")[0] == 0
    for clip in ("clip_talking", "clip_still"):
        assert terminal.json(*pay, f"{FACES}/otto/{clip}/%03d.jpg")["exit"] == 13


def test_without_a_camera_the_line_names_image(terminal: Terminal) -> None:
    """No camera on this machine and none named."""
    if list(Path("/dev").glob("video*")):
        answer = terminal("pay", "--amount", "3", "--merchant", "kiosk", "--camera", "97")
    else:
        answer = terminal("pay", "--amount", "3", "--merchant", "kiosk")
    assert answer[0] == 12 and "--image" in answer[2]


def test_a_face_sees_its_own_events(terminal: Terminal) -> None:
    """`audit --image`: lin's and nobody else's."""
    assert terminal("enroll", "eileen", "--image", f"{FACES}/eileen/1.jpg")[0] == 0
    terminal("shop", "latte", "--image", f"{FACES}/lin/3.jpg")
    found = terminal.json("audit", "--image", f"{FACES}/lin/4.jpg")["data"]["found"]
    assert [event["body"]["command"] for event in found] == ["shop", "enroll"]


def test_a_changed_event_is_named(terminal: Terminal) -> None:
    """31 and the first broken one."""
    terminal("shop", "latte", "--image", f"{FACES}/lin/3.jpg")
    assert terminal("audit", "verify")[0] == 0
    connection = sqlite3.connect(terminal.home / "wallet.db")
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("UPDATE events SET body = replace(body, '\"latte\"', '\"lattf\"') WHERE seq = 1")
    connection.execute("UPDATE events SET body = replace(body, '\"exit\":0', '\"exit\":1') WHERE seq = 2")
    connection.commit()
    connection.close()
    status, _, said = terminal("audit", "verify")
    assert status == 31 and "event 2" in said


def test_templates_are_not_in_the_file(terminal: Terminal, engine: FaceEngine) -> None:
    """At no offset, as no float: neither in the wallet nor beside it."""
    from PIL import Image

    pixels = np.array(Image.open(FACES / "lin" / "1.jpg").convert("RGB"))
    face = (pixels, engine.detect(pixels).found[0].box)
    template = SCHEMES[engine.maker.scheme].template(engine.descriptors([face])[0])
    for path in terminal.home.iterdir():
        data = path.read_bytes()
        for kind in ("<f4", ">f4", "<f8", ">f8"):
            size = np.dtype(kind).itemsize
            for offset in range(size):
                usable = (len(data) - offset) // size * size
                numbers = np.frombuffer(data[offset : offset + usable], dtype=kind)
                with np.errstate(all="ignore"):
                    hits = np.abs(numbers - template[0]) < 1e-6
                for place in np.flatnonzero(hits):
                    window = numbers[place : place + 128]
                    assert len(window) < 128 or not np.allclose(window, template, atol=1e-5)


def test_the_program_as_a_process(tmp_path: Path) -> None:
    """`python -m smilepay_cli`, nothing shared with this process: enrol and pay."""

    def smilepay(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-m", "smilepay_cli", *arguments, "--json"]
        variables = {**os.environ, "SMILEPAY_HOME": str(tmp_path)}
        return subprocess.run(command, env=variables, capture_output=True, text=True)

    enrolled = smilepay("enroll", "lin", "--image", f"{FACES}/lin/1.jpg", "--deposit", "100")
    assert (enrolled.returncode, enrolled.stderr) == (0, "")
    paid = smilepay("pay", "--amount", "3", "--merchant", "kiosk", "--image", f"{FACES}/lin/5.jpg")
    assert (paid.returncode, paid.stderr) == (0, "")
    assert json.loads(paid.stdout)["data"]["balance"]["available"]["amount"] == "97.00"
