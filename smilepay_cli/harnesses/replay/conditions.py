"""Under which conditions trials are run: chance and time come from the seed, so that a run can be had again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.trials import Trial

CEBIT = datetime(2015, 3, 15, 18, 0, tzinfo=UTC)
"""When Smile to Pay was first shown: the clock of a wallet in which nothing ever happened."""
AFTERWARDS = timedelta(days=1, seconds=1)
"""From the newest event of the wallet to the first trial: its lockouts and daily limits are over by then."""
BETWEEN = timedelta(minutes=1)
"""From one trial to the next, where they carry on from each other."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds for every trial of a run."""

    seed: int
    amount_minor: int
    """Where the set names no amount."""
    merchant: str
    carry_state: bool = False
    """Money, strikes and pictures seen go on from trial to trial; else each finds the wallet as it was."""
    fps: float = 12.0
    """Of a capture of several frames, which is a virtual camera."""
    as_stills: bool = False
    """Several frames are the images of one capture, as `--image` repeated would give them."""
    challenge: str | None = None
    """Steps in place of a challenge that is drawn; for virtual cameras."""

    def clock(self, begun: datetime, row: int) -> TrialClock:
        """The clock of a trial."""
        return TrialClock(begun + (row * BETWEEN if self.carry_state else timedelta()))

    def ids(self, trial: Trial) -> TrialIds:
        """The ids of a trial, and with them its nonces. They do not depend on what else is in the set."""
        return TrialIds(self.seed, trial.id)


class TrialClock:
    """A ports.Clock that stands still, but for pauses."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._waited = 0.0

    def now(self) -> datetime:
        """The moment of the trial."""
        return self._at + timedelta(seconds=self._waited)

    def monotonic(self) -> float:
        """Seconds that were waited."""
        return self._waited

    def pause(self, seconds: float) -> None:
        """Nobody else is there to be waited for."""
        self._waited += seconds


class TrialIds:
    """Ports.Ids that follow from the seed and the trial: the same ones every time, others for every trial."""

    def __init__(self, seed: int, name: str) -> None:
        self._name = f"{seed}:{name}"
        self._numbers = count()

    def new(self, kind: str) -> str:
        """In the form of all ids."""
        told = f"{self._name}:{next(self._numbers)}:{kind}"
        digest = sha256(told.encode(errors="surrogateescape")).digest()
        bits = int.from_bytes(digest[:8], "big")
        return f"{kind}_" + "".join(_ALPHABET[bits >> place & 31] for place in range(0, 5 * _ID_LENGTH, 5))
