"""A change of the master key in a process of its own, which dies on the way.

`python -m tests.fakes.rotating HOME STORE STEP`: a STEP is `before` or `after`, a blank, and the dotted name of a
function; `#2` behind it is its second call. Without a STEP nothing dies.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest.mock import patch

from smilepay_cli.adapters.key_stores import FILE, KEYRING, FileKeys, RingKeys
from smilepay_cli.adapters.keys import WalletVault
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.adapters.system import RandomIds
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.keys import change_key
from smilepay_cli.verbs.till import Till
from tests.fakes.stage import fake_stage


def till_of(home: Path) -> Till:
    """Everything as in the program, but for the engine."""
    vault = WalletVault({FILE: FileKeys(home), KEYRING: RingKeys(within)})
    return replace(fake_stage(home).till, vault=vault, store=SqliteStore(home), ids=RandomIds())


def dying_at(step: str) -> Any:
    """A patch by which the process is gone at that step, as by SIGKILL or a power cut."""
    when, _, rest = step.partition(" ")
    what, _, number = rest.partition("#")
    real, calls = resolve_name(what), 0

    def stand_in(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        dies = calls == int(number or 1)
        if dies and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return patch(what, stand_in)


def main() -> None:
    """Change the key."""
    home, store, *step = sys.argv[1:]
    till = till_of(Path(home))
    if not step:
        change_key(till, store=store, rotate=True)
        return
    with dying_at(step[0]):
        change_key(till, store=store, rotate=True)


if __name__ == "__main__":
    main()
