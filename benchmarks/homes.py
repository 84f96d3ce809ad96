"""Homes with people and money in them, prepared by the program itself, and the command lines that are measured."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import run
from benchmarks.setting import Setting, beside_python
from benchmarks.workers import Worker

PAYER, ENROLLED_BY, PAYS_BY = "lin", "lin/1", "lin/5"
"""Enrolled looking neutral; pays smiling, which `standard` asks for."""
POLICY = 'extends = "standard"\nreplay_check = false\n'
"""The same picture is presented again and again."""
COMPARE = """
import sys
import face_recognition
known, asked = (face_recognition.face_encodings(face_recognition.load_image_file(path))[0] for path in sys.argv[1:])
sys.exit(0 if face_recognition.compare_faces([known], asked)[0] else 1)
"""
_MODULE = (sys.executable, "-m", "smilepay_cli")


@dataclass(frozen=True, slots=True)
class Home:
    """A prepared home, and the pictures that go with it."""

    variables: dict[str, str]
    policy: Path
    enrolled_by: Path
    pays_by: Path

    def paying(self, policy: str | Path) -> list[str | Path]:
        """One payment, ledger write included."""
        words = (*_MODULE, "pay", "--amount", "1", "--merchant", "kiosk")
        return [*words, "--image", self.pays_by, "--policy", policy]

    def comparing(self) -> list[str | Path]:
        """The same two pictures, compared by face_recognition."""
        return [sys.executable, "-W", "ignore", "-c", COMPARE, self.enrolled_by, self.pays_by]


def prepared(setting: Setting, people: tuple[str, ...] = (ENROLLED_BY,)) -> Home:
    """A home with those people, each with plenty of money; pictures of 1080p."""
    home = setting.folder / f"home-{len(people)}"
    variables = {"SMILEPAY_HOME": str(home)}
    with Worker("painter") as painter:
        pictures = {person: setting.canvas(painter, person, "1080p") for person in (*people, ENROLLED_BY, PAYS_BY)}
    policy = setting.folder / "standard-without-replay-check.toml"
    policy.write_text(POLICY, encoding="utf-8")
    if not home.exists():
        for person in people:
            name = person.partition("/")[0]
            run([*_MODULE, "enroll", name, "--image", pictures[person]], variables)
            run([*_MODULE, "wallet", "deposit", name, "1000000"], variables)
    return Home(variables, policy, pictures[ENROLLED_BY], pictures[PAYS_BY])


def smilepay() -> list[str | Path]:
    """The console script where it is installed."""
    script = beside_python("smilepay")
    return [script] if script else list(_MODULE)
