"""Exit statuses, the reasons for a refusal, and the exceptions that carry them.

    SmilepayError
    ├── UsageProblem           2   the call, or an input, cannot be used
    ├── Refused            10-23   a check or a rule said no; `reason` says which
    ├── ExpectationFailed     30   a gate or an expectation of a harness did not hold
    ├── ChainBroken           31   the audit trail was changed
    └── StoreUnusable         32   the wallet is locked, damaged, too new, or the key is wrong

Anything else that escapes a command is a bug of ours and ends as exit status 1.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class ExitStatus(IntEnum):
    """Every exit status the program can end with. Documented by `MEANING`, tested one by one."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    NO_MATCH = 10
    AMBIGUOUS = 11
    NOT_ACQUIRED = 12
    ATTACK_SUSPECTED = 13
    LOCKED_OUT = 14
    INSUFFICIENT_FUNDS = 20
    KEY_REUSED = 21
    WRONG_STATE = 22
    OVER_LIMIT = 23
    EXPECTATION_FAILED = 30
    CHAIN_BROKEN = 31
    STORE_UNUSABLE = 32
    INTERRUPTED = 130


MEANING: dict[ExitStatus, str] = {
    ExitStatus.DONE: "done",
    ExitStatus.INTERNAL: "internal error: a bug of ours, please report it",
    ExitStatus.USAGE: "usage, or input that cannot be used",
    ExitStatus.NO_MATCH: "no match",
    ExitStatus.AMBIGUOUS: "ambiguous match",
    ExitStatus.NOT_ACQUIRED: "failure to acquire: no camera, no face, several faces, too poor",
    ExitStatus.ATTACK_SUSPECTED: "presentation attack suspected, smile or liveness not shown",
    ExitStatus.LOCKED_OUT: "locked out",
    ExitStatus.INSUFFICIENT_FUNDS: "insufficient funds",
    ExitStatus.KEY_REUSED: "idempotency key reused with other parameters",
    ExitStatus.WRONG_STATE: "order, hold or capture in the wrong state; or the face is enrolled already",
    ExitStatus.OVER_LIMIT: "over a limit, or a second factor is needed",
    ExitStatus.EXPECTATION_FAILED: "an expectation or a gate failed",
    ExitStatus.CHAIN_BROKEN: "audit chain broken",
    ExitStatus.STORE_UNUSABLE: "store unusable: locked, damaged, wrong key, too new",
    ExitStatus.INTERRUPTED: "interrupted",
}


class Reason(Enum):
    """Why something was refused. The value is the `reason` of the JSON envelope."""

    NO_MATCH = "no_match"
    AMBIGUOUS_MATCH = "ambiguous_match"
    NO_CAMERA = "no_camera"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    SEVERAL_PEOPLE = "several_people"
    FACE_TOO_SMALL = "face_too_small"
    TURNED_AWAY = "turned_away"
    TOO_FEW_FRAMES = "too_few_frames"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    MOUTH_COVERED = "mouth_covered"
    USED_BEFORE = "used_before"
    FROZEN_FEED = "frozen_feed"
    BORDER = "border"
    FINE_PATTERN = "fine_pattern"
    COPIED_FRAMES = "copied_frames"
    FLAT_FACE = "flat_face"
    SMILE_NOT_SHOWN = "smile_not_shown"
    TRANSITION_NOT_SHOWN = "transition_not_shown"
    CHALLENGE_NOT_SHOWN = "challenge_not_shown"
    PERSON_CHANGED = "person_changed"
    PAD_MODEL_DENIED = "pad_model_denied"
    LOCKED_OUT = "locked_out"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    KEY_REUSED = "key_reused"
    NO_OPEN_ORDER = "no_open_order"
    ORDER_NOT_OPEN = "order_not_open"
    NOT_YOUR_ORDER = "not_your_order"
    ALREADY_ENROLLED = "already_enrolled"
    NAME_TAKEN = "name_taken"
    HOLD_NOT_OPEN = "hold_not_open"
    NOT_CAPTURED = "not_captured"
    ACCOUNT_IN_USE = "account_in_use"
    WRONG_CURRENCY = "wrong_currency"
    OVER_PAYMENT_LIMIT = "over_payment_limit"
    OVER_DAILY_LIMIT = "over_daily_limit"
    OVER_CAPTURE = "over_capture"
    PIN_NEEDED = "pin_needed"
    PIN_WRONG = "pin_wrong"
    BELOW_FLOOR = "below_floor"
    CHECK_FAILED = "check_failed"

    @property
    def exit(self) -> ExitStatus:
        """The exit status that goes with this reason."""
        return _EXIT_OF[self]

    @property
    def is_strike(self) -> bool:
        """Whether the refusal counts towards the lockout wherever it occurs (a failure to acquire does not).

        Once a face was compared others count too: `rules.lockout.is_strike`.
        """
        return self is Reason.PIN_WRONG or self.exit in _STRIKES


_STRIKES = frozenset({ExitStatus.NO_MATCH, ExitStatus.AMBIGUOUS, ExitStatus.ATTACK_SUSPECTED})

_REASONS_BY_EXIT: dict[ExitStatus, tuple[Reason, ...]] = {
    ExitStatus.INTERNAL: (Reason.CHECK_FAILED,),
    ExitStatus.NO_MATCH: (Reason.NO_MATCH,),
    ExitStatus.AMBIGUOUS: (Reason.AMBIGUOUS_MATCH,),
    ExitStatus.NOT_ACQUIRED: (
        Reason.NO_CAMERA,
        Reason.NO_FACE,
        Reason.SEVERAL_FACES,
        Reason.SEVERAL_PEOPLE,
        Reason.FACE_TOO_SMALL,
        Reason.TURNED_AWAY,
        Reason.TOO_FEW_FRAMES,
        Reason.TOO_DARK,
        Reason.TOO_BRIGHT,
        Reason.BLURRED,
        Reason.MOUTH_COVERED,
    ),
    ExitStatus.ATTACK_SUSPECTED: (
        Reason.USED_BEFORE,
        Reason.FROZEN_FEED,
        Reason.BORDER,
        Reason.FINE_PATTERN,
        Reason.COPIED_FRAMES,
        Reason.FLAT_FACE,
        Reason.SMILE_NOT_SHOWN,
        Reason.TRANSITION_NOT_SHOWN,
        Reason.CHALLENGE_NOT_SHOWN,
        Reason.PERSON_CHANGED,
        Reason.PAD_MODEL_DENIED,
    ),
    ExitStatus.LOCKED_OUT: (Reason.LOCKED_OUT,),
    ExitStatus.INSUFFICIENT_FUNDS: (Reason.INSUFFICIENT_FUNDS,),
    ExitStatus.KEY_REUSED: (Reason.KEY_REUSED,),
    ExitStatus.WRONG_STATE: (
        Reason.NO_OPEN_ORDER,
        Reason.ORDER_NOT_OPEN,
        Reason.NOT_YOUR_ORDER,
        Reason.ALREADY_ENROLLED,
        Reason.NAME_TAKEN,
        Reason.HOLD_NOT_OPEN,
        Reason.NOT_CAPTURED,
        Reason.ACCOUNT_IN_USE,
        Reason.WRONG_CURRENCY,
    ),
    ExitStatus.OVER_LIMIT: (
        Reason.OVER_PAYMENT_LIMIT,
        Reason.OVER_DAILY_LIMIT,
        Reason.OVER_CAPTURE,
        Reason.PIN_NEEDED,
        Reason.PIN_WRONG,
        Reason.BELOW_FLOOR,
    ),
}
_EXIT_OF = {reason: status for status, reasons in _REASONS_BY_EXIT.items() for reason in reasons}


class SmilepayError(Exception):
    """Something a person can do something about.

    `message` says in one line what is wrong, `hint` what to do about it.
    """

    exit: ExitStatus = ExitStatus.INTERNAL
    reason: str = "internal_error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageProblem(SmilepayError):
    """The call or an input cannot be used; nothing was done."""

    exit = ExitStatus.USAGE

    def __init__(self, message: str, *, hint: str | None = None, reason: str = "usage") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class Refused(SmilepayError):
    """A check or a rule said no. `kind` gives the exit status and whether it is a strike."""

    def __init__(self, kind: Reason, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.exit = kind.exit
        self.reason = kind.value


class ExpectationFailed(SmilepayError):
    """An expectation or a gate of a harness did not hold."""

    exit = ExitStatus.EXPECTATION_FAILED
    reason = "expectation_failed"


class ChainBroken(SmilepayError):
    """The audit trail is not what was written."""

    exit = ExitStatus.CHAIN_BROKEN
    reason = "chain_broken"


class StoreUnusable(SmilepayError):
    """The wallet cannot be used as it is."""

    exit = ExitStatus.STORE_UNUSABLE

    def __init__(self, message: str, *, hint: str | None = None, reason: str = "store_unusable") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
