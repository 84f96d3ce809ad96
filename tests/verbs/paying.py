"""A till in a process of its own: `python -m tests.verbs.paying HOME`, told what to pay on standard input.

Each line of input is a JSON object: `person` and `noise` of the picture, the till's `terminal` and `policy` where they
are not the usual ones, and the fields of a PayRequest. With `dies` the process kills itself at its first comparison.
Each line of output is the answer, written only after `pay` returned: what is printed was acknowledged.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from smilepay_cli.adapters.gallery_file import PackedGalleryFile
from smilepay_cli.adapters.keys import FileVault
from smilepay_cli.adapters.packaged import CatalogueFile
from smilepay_cli.adapters.pins import Argon2Pins
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.adapters.system import RandomIds, SystemClock
from smilepay_cli.rules.profiles import PROFILES, STANDARD
from smilepay_cli.verbs.pay import PayRequest, pay
from smilepay_cli.verbs.till import Till
from tests.fakes.fake_engine import FakeEngine, picture
from tests.fakes.source import PictureSource


def till_of(home: Path) -> Till:
    """Everything as in the program, but for the engine."""
    return Till(
        store=SqliteStore(home),
        engine=FakeEngine(),
        vault=FileVault(home),
        packed=PackedGalleryFile(home),
        pins=Argon2Pins(),
        catalogue=CatalogueFile(home),
        clock=SystemClock(),
        ids=RandomIds(),
        policy=STANDARD,
    )


def selfie(person: str, noise: int, *, smile: bool = True) -> PictureSource:
    """A picture; another noise is another picture."""
    return PictureSource(picture(person, smile=smile, noise=noise))


class Dying(FakeEngine):
    """Makes no template: the process is gone at once, as by SIGKILL or a power cut."""

    def descriptors(self, faces: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)


def answer(till: Till, task: dict[str, Any]) -> dict[str, Any]:
    """Pay, and tell what came of it."""
    source = selfie(task.pop("person"), task.pop("noise"))
    till = replace(
        till,
        terminal=task.pop("terminal", till.terminal),
        policy=PROFILES[task.pop("policy", "standard")],
        engine=Dying() if task.pop("dies", False) else till.engine,
    )
    result = pay(till, PayRequest(**task), source)
    return {
        "exit": int(result.exit),
        "reason": result.refusal.reason if result.refusal else None,
        "payment": result.payment.hold.id if result.payment else None,
        "repeated": result.repeated,
        "event": result.events[0],
    }


def main() -> None:
    """Serve until the input ends."""
    till = till_of(Path(sys.argv[1]))
    _say("ready")
    for line in sys.stdin:
        _say(json.dumps(answer(till, json.loads(line))))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
