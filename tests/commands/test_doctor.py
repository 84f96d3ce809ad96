"""`smilepay doctor` as people type it: what it says, what it ends with, and that it changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smilepay_cli.vocabulary.findings import SUBJECTS
from tests.adapters.store.test_older_files import OLDER, put
from tests.commands.conftest import Answer, Shell
from tests.fakes.cameras import HANGS, FakeCameras, device
from tests.fakes.fake_engine import picture
from tests.fakes.keyrings import FOLDER, HangingKeyring, KeepingKeyring, LockedKeyring

SCHEMA = json.loads(files("smilepay_cli").joinpath("schemas/envelope.json").read_text(encoding="utf-8"))


ROOT = Path(__file__).parents[2]
NEEDED = ("numpy", "PIL", "packaging", "cv2")
"""Packages without which nobody pays here, or nobody can tell."""


@pytest.fixture(autouse=True)
def webcam(shell: Shell) -> None:
    """A machine with a camera."""
    shell.cameras = FakeCameras([device(0, name="Webcam")], {"/dev/video0": [picture("ann")] * 9})


def everything(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file and folder below, with mode and bytes."""
    return {str(path.relative_to(folder)): (path.lstat().st_mode, _bytes(path)) for path in sorted(folder.rglob("*"))}


def _bytes(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def findings(answer: Answer) -> dict[str, dict[str, Any]]:
    """By id; of several the worst."""
    jsonschema.validate(answer.envelope, SCHEMA)
    found: dict[str, dict[str, Any]] = {}
    rank = ("ok", "note", "problem")
    for one in answer.envelope["data"]["findings"]:
        before = found.get(one["id"])
        if before is None or rank.index(one["state"]) > rank.index(before["state"]):
            found[one["id"]] = one
    return found


def test_the_schema_has_every_id_in_order() -> None:
    """Scripts rely on them."""
    assert SCHEMA["$defs"]["finding"]["properties"]["id"]["enum"] == list(SUBJECTS)
    groups = [subject.group for subject in SUBJECTS.values()]
    assert list(dict.fromkeys(groups)) == SCHEMA["$defs"]["finding"]["properties"]["group"]["enum"]


def test_a_new_machine_is_ready_and_nothing_is_made(shell: Shell) -> None:
    """No home, no key, no models."""
    before = everything(shell.folder)
    answer = shell("doctor")
    assert answer.exit == 0, answer.stdout
    assert "there is none yet" in answer.stdout and "not built yet" in answer.stdout
    assert everything(shell.folder) == before and not shell.home.exists()
    titles = [line for line in answer.stdout.splitlines() if not line.startswith(" ")]
    assert titles == ["this machine", "face engine", "cameras", "terminal", "wallet"]


def test_a_wallet_is_looked_at_and_nothing_changes(shell: Shell) -> None:
    """Not a byte and not a mode of the home; no camera is left open, and no draft swept."""
    shell.enroll("ann")
    shell.pay("ann")
    (shell.home / "wallet.db.restoring-left").write_bytes(b"SQLite format 3\0")
    before = everything(shell.folder)
    told = findings(shell("doctor", "--json"))
    assert everything(shell.folder) == before
    assert set(told) >= {"python", "packages", "opencv", "weights", "camera", "terminal", "key", "database", "clock"}
    assert told["people"]["figures"] == {"people": 1, "references": 1, "packed": False}
    assert told["key"]["figures"]["made"] and told["clock"]["state"] == "ok"
    assert shell.cameras is not None and shell.cameras.sources["/dev/video0"].closed == 1


def test_a_log_that_a_crash_left_stays_and_is_read(shell: Shell) -> None:
    """Closing an ordinary connection would move it into the file."""
    shell.enroll("ann")
    wallet = sqlite3.connect(shell.home / "wallet.db")
    wallet.execute("PRAGMA wal_autocheckpoint = 0")
    wallet.execute("INSERT INTO settings (name, value) VALUES ('policy_floor', 'strict')")
    wallet.commit()
    log = (shell.home / "wallet.db-wal").read_bytes()
    file = (shell.home / "wallet.db").read_bytes()
    wallet.close()
    (shell.home / "wallet.db").write_bytes(file)
    (shell.home / "wallet.db-wal").write_bytes(log)
    (shell.home / "wallet.db-wal").chmod(0o600)
    told = findings(shell("doctor", "--json"))
    assert "strict" in told["policy_floor"]["told"]
    assert (shell.home / "wallet.db").read_bytes() == file and (shell.home / "wallet.db-wal").read_bytes() == log


@pytest.mark.parametrize("version", OLDER)
def test_an_older_wallet_is_not_brought_up_to_date(shell: Shell, version: int) -> None:
    """Somebody may want to know before they cannot go back."""
    put(shell.home, version)
    before = everything(shell.folder)
    answer = shell("doctor", "--json")
    told = findings(answer)
    assert told["wallet"]["state"] == "note" and f"version {version}" in told["wallet"]["told"]
    assert answer.exit == 0 and everything(shell.folder) == before


def test_modes_are_told_and_not_mended(shell: Shell) -> None:
    """With the line that mends them; the next command does it by itself, so that paying works."""
    shell.enroll("ann")
    shell.home.chmod(0o755)
    (shell.home / "wallet.db").chmod(0o644)
    before = everything(shell.folder)
    answer = shell("doctor", "--quiet")
    assert answer.exit == 0 and everything(shell.folder) == before
    assert answer.stdout.splitlines() == [
        "wallet",
        f"  ✗ permissions: others can look into {shell.home} (0755)",
        f"    chmod 700 {shell.home}",
        f"  ✗ permissions: others can read {shell.home}/wallet.db (0644)",
        f"    chmod 600 {shell.home}/wallet.db",
    ]
    assert shell.pay("ann").exit == 0


def test_a_key_that_others_can_read_is_32(shell: Shell) -> None:
    """As paying is."""
    shell.enroll("ann")
    (shell.home / "master.key").chmod(0o640)
    told = shell("doctor")
    assert told.exit == 32 == shell.pay("ann").exit
    assert f"chmod 600 {shell.home}/master.key" in told.stdout


def test_a_wallet_that_lost_the_name_of_its_key(shell: Shell) -> None:
    """Doctor says so, and paying does not call it a bug of ours."""
    shell.enroll("ann")
    wallet = sqlite3.connect(shell.home / "wallet.db")
    wallet.execute("DELETE FROM settings")
    wallet.commit()
    wallet.close()
    answer = shell("doctor", "--json")
    told = findings(answer)
    assert told["key"]["state"] == "problem" and "was lost" in told["key"]["told"]
    assert "wallet restore" in told["key"]["hint"]
    assert answer.exit == 32 and answer.envelope["reason"] == "store_unusable"
    paid = shell.pay("ann")
    assert paid.exit == 32 and "bug" not in paid.stderr
    assert "does not say which key" in paid.stderr and "wallet restore" in paid.stderr


def test_a_wallet_without_people_needs_no_key(shell: Shell) -> None:
    """It is not taken for a lost one."""
    shell("wallet", "deposit", "kiosk", "5")
    told = findings(shell("doctor", "--json"))
    assert told["key"]["state"] == "ok" and "no key is needed yet" in told["key"]["told"]


def test_an_event_of_tomorrow_is_a_note(shell: Shell) -> None:
    """The clock was set back, or was wrong then."""
    shell.clock.advance(days=1)
    shell.enroll("ann")
    shell.clock.advance(days=-1)
    answer = shell("doctor", "--json")
    told = findings(answer)["clock"]
    assert told["state"] == "note" and "2015-03-16" in told["told"] and "set the clock" in told["hint"]
    assert answer.exit == 0


def test_a_missing_camera_is_a_note(shell: Shell) -> None:
    """Pictures work without one."""
    shell.cameras = FakeCameras()
    answer = shell("doctor", "--json")
    told = findings(answer)["cameras"]
    assert answer.exit == 0 and told["state"] == "note" and "--image FILE" in told["hint"]


def test_cameras_that_do_not_behave_are_notes(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each by itself, and none for longer than agreed."""
    monkeypatch.setattr("smilepay_cli.verbs.cameras.PATIENCE", 0.2)
    black = picture("ann") * 0
    pictures: dict[str, list[Any]] = {"/dev/video0": [black], "/dev/video1": [HANGS], "/dev/video2": [OSError("gone")]}
    shell.cameras = FakeCameras([device(number) for number in range(4)], pictures)
    answer = shell("doctor", "--json")
    told = [one for one in answer.envelope["data"]["findings"] if one["id"] == "camera"]
    assert [one["state"] for one in told] == ["note"] * 4 and answer.exit == 0
    assert "black" in told[0]["told"] and "no answer" in told[1]["told"] and "gone" in told[2]["told"]
    assert all(one["hint"] for one in told[:2])


def test_looking_for_cameras_that_crashes_is_a_note(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a traceback, and never that all is well."""
    monkeypatch.setattr(FakeCameras, "listed", lambda _: 1 / 0)
    answer = shell("doctor", "--json")
    told = findings(answer)["cameras"]
    assert told["state"] == "note" and "ZeroDivisionError" in told["told"] and answer.exit == 0


@pytest.mark.parametrize("ring", [HangingKeyring, LockedKeyring])
def test_a_keyring_that_does_not_answer_keeps_nobody(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, ring: type[KeepingKeyring]
) -> None:
    """A wallet with its key in a file goes on."""
    shell.enroll("ann")
    monkeypatch.setenv(FOLDER, str(shell.folder))
    monkeypatch.setattr("keyring.core._keyring_backend", ring())
    monkeypatch.setattr("smilepay_cli.adapters.key_stores.RING_SECONDS", 0.3)
    answer = shell("doctor", "--json")
    told = findings(answer)
    assert told["keyring"]["state"] == "note" and told["keyring"]["hint"] and told["key"]["state"] == "ok"
    assert answer.exit == 0


def test_a_keyring_is_asked_and_given_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a new wallet others try whether it keeps an entry; doctor does not."""
    monkeypatch.setenv(FOLDER, str(shell.folder))
    monkeypatch.setattr("keyring.core._keyring_backend", KeepingKeyring())
    given: list[str] = []
    monkeypatch.setattr(KeepingKeyring, "set_password", lambda _, _service, name, _secret: given.append(name))
    shell("wallet", "deposit", "kiosk", "5")
    told = findings(shell("doctor", "--json"))
    assert "keyring" in told["key"]["told"] and "it answers" in told["keyring"]["told"]
    assert given == []


def test_an_engine_that_does_not_work_is_12(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a whole report all the same, in an envelope as the schema has it."""
    monkeypatch.setitem(__import__("sys").modules, "dlib", None)
    answer = shell("doctor", "--json")
    told = findings(answer)
    assert answer.exit == 12 and answer.envelope["outcome"] == "failed" and answer.envelope["reason"] == "not_ready"
    assert told["weights"]["stops_paying"] and "dlib" in answer.envelope["data"]["message"]
    quiet = shell("doctor", "--quiet")
    assert quiet.exit == 12 and quiet.stdout.startswith("face engine\n  ✗ face models: ")
    assert "✓" not in quiet.stdout and "!" not in quiet.stdout


@pytest.mark.parametrize("package", ["numpy", "PIL", "packaging", "keyring", "cv2", "scipy", "onnxruntime"])
def test_a_package_that_does_not_load_is_a_finding(tmp_path: Path, package: str) -> None:
    """In a process of its own, in which nothing has loaded it yet."""
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(f"raise ImportError('{package} is broken')\n")
    places = {"SMILEPAY_HOME": str(tmp_path / "home"), "SMILEPAY_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "smilepay_cli", "doctor", "--json"],
        env={**os.environ, **places, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    answer = Answer(done.returncode, done.stdout, done.stderr)
    told = findings(answer)
    assert "Traceback" not in done.stderr and answer.exit == (12 if package in NEEDED else 0)
    if package in NEEDED:
        assert any(f"{package} is broken" in one["told"] and one["stops_paying"] for one in told.values())


def test_quiet_says_nothing_where_nothing_is_wrong(shell: Shell) -> None:
    """Notes are not problems."""
    answer = shell("doctor", "--quiet")
    assert (answer.exit, answer.stdout, answer.stderr) == (0, "", "")


def test_a_pipe_beside_the_wallet_hangs_nobody(shell: Shell) -> None:
    """SQLite would wait for it for ever."""
    shell.enroll("ann")
    (shell.home / "wallet.db-wal").unlink(missing_ok=True)
    os.mkfifo(shell.home / "wallet.db-wal")
    answer = shell("doctor")
    assert answer.exit == 32 and "no regular file" in answer.stdout


def test_no_color_is_told(shell: Shell) -> None:
    """Who set it may have forgotten."""
    told = findings(shell("doctor", "--json", variables={"NO_COLOR": "1", "COLORTERM": "truecolor"}))
    assert told["colours"]["told"] == "none, since NO_COLOR is set"
    told = findings(shell("doctor", "--json", variables={"COLORTERM": "truecolor"}))
    assert told["colours"]["figures"] == {"colours": "truecolor", "no_color": False}
