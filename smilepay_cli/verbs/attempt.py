"""One attempt: the checks that ran, in order, and the event that says so.

Any doubt denies: a check that raises something unforeseen is a refusal like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from smilepay_cli.ports import Books
from smilepay_cli.rules.libraries import unloadable
from smilepay_cli.rules.lockout import is_strike
from smilepay_cli.rules.policy_files import as_figures, weaker_fields
from smilepay_cli.rules.profiles import profile
from smilepay_cli.verbs.keeping import expire, keep, make_pictures
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.decisions import CheckResult, Decision
from smilepay_cli.vocabulary.errors import ExitStatus, Reason, Refused, SmilepayError, UsageProblem
from smilepay_cli.vocabulary.events import Event
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.language import marked, tr
from smilepay_cli.vocabulary.results import Refusal

if TYPE_CHECKING:
    from smilepay_cli.verbs.capture import Capture
    from smilepay_cli.vocabulary.faces import Vector

R = TypeVar("R")

FLOOR_SETTING = "policy_floor"
UNUSABLE_IMAGE = "unusable_image"
_BUG = marked("this is a bug: please report it with this line")
LONGEST_FAULT = 400
"""Characters of an unforeseen error that are told."""


class Attempt:
    """Collects what one call of a verb finds out, and writes it as one audit event.

    `facts` go into the event as they are: JSON values only, opaque ids, never a name.
    """

    def __init__(self, till: Till, command: str) -> None:
        self.till = till
        self.command = command
        self.event_id = till.ids.new("evt")
        self.checks: list[CheckResult] = []
        self.facts: dict[str, Any] = {}
        self.done: dict[str, Any] = {}
        """Facts that become true with the transaction that writes the event: of no attempt that ends otherwise."""
        self.account_id: str | None = None
        self.claimed_id: str | None = None
        self.pin_tried_on: str | None = None
        """The recognised account whose PIN was tried: right or wrong, it counts there."""
        self.presented: tuple[str, ...] = ()
        """Digests that count as presented from this attempt on."""
        self.compared = False
        """A face may have been compared (verbs/throttle.py): nearly every end is a strike, and a slot is given back."""
        self.capture: Capture | None = None
        self.decision: Decision | None = None
        self.probe: Vector | None = None
        """The capture's template."""
        self.challenge: tuple[str, ...] | None = None
        """The steps that the caller fixed, in place of those that would be drawn."""
        self.pays_with_files = False
        """Image files pay, so no challenge can be given, whatever the policy."""
        self.keeps = False
        """The policy wants the frames of this attempt kept."""
        self.pictures: Mapping[int, bytes] = {}
        """Frames to be kept with the event, as PNG, by their number (verbs/keeping.py)."""
        self.gallery_version: str | None = None
        """Of the references that were compared with, where frames are kept."""
        self.doubts: tuple[str, ...] = ()
        """What about the accepted face leaves room for somebody else (rules/second_factor.py)."""

    def findings(self) -> dict[str, Any]:
        """What every result that looked at a face tells: fields of the same names."""
        return {
            "decision": self.decision,
            "checks": tuple(self.checks),
            "face": self.capture.session.best if self.capture else None,
            "events": (self.event_id,),
            "warnings": self.capture.rejections if self.capture else (),
        }

    @contextmanager
    def check(self, name: str) -> Iterator[dict[str, Any]]:
        """Run one check; what it puts into the yielded dict are its figures.

        Only a block that ends normally passes. Refusals and known problems go on up, and so does Ctrl-C; what the file
        or the disk is to blame for is a StoreUnusable, a library that cannot be loaded a UsageProblem; anything else
        becomes a refusal (CHECK_FAILED), also what would end the program: its status could be that of a success.
        """
        figures: dict[str, Any] = {}
        try:
            yield figures
        except SmilepayError as error:
            self.checks.append(CheckResult(name, passed=False, figures={**figures, "reason": error.reason}))
            raise
        except BaseException as error:
            fault = fault_of(error)
            self.checks.append(CheckResult(name, passed=False, figures={**figures, "fault": fault}))
            if isinstance(error, KeyboardInterrupt):
                raise
            if unusable := self.till.store.unusable(error):
                raise unusable from error
            if problem := unloadable(error):
                raise problem from error
            raise Refused(
                Reason.CHECK_FAILED,
                tr("the check {name!r} failed ({fault}), so the answer is no", name=name, fault=fault),
                hint=tr(_BUG),
            ) from error
        self.checks.append(CheckResult(name, passed=True, figures=figures))

    def require_floor(self, books: Books) -> None:
        """Raises Refused (BELOW_FLOOR) when the policy asks for less than the home's floor."""
        with self.check("policy_floor") as figures:
            floor = books.settings.get(FLOOR_SETTING)
            if floor is None:
                return
            least = profile(floor, self.till.policy.scheme)
            weaker = weaker_fields(self.till.policy, least)
            if self.challenge is not None:
                weaker.append("challenge")
            if least.smile == "challenge" and self.pays_with_files:
                weaker.append("source")
            figures.update(floor=floor, weaker=weaker)
            if weaker == ["source"]:
                raise Refused(
                    Reason.BELOW_FLOOR,
                    tr("this wallet's floor {floor} gives a challenge, which image files cannot answer", floor=floor),
                    hint=tr("pay with --camera"),
                )
            if weaker:
                raise Refused(
                    Reason.BELOW_FLOOR,
                    tr(
                        "policy {policy} is weaker than this wallet's floor {floor} in {weaker}",
                        policy=self.till.policy.name,
                        floor=floor,
                        weaker=", ".join(weaker),
                    ),
                    hint=tr("use --policy {floor}", floor=floor),
                )

    def record(self, books: Books, *, refusal: Refusal | None = None, throttle: str | None = None) -> Event:
        """Write the event, inside the transaction of what it describes; the slot of the attempt goes with it.

        A refusal that counts is a strike.
        """
        if self.compared:
            books.slots.give_back(self.event_id)
        if refusal and is_strike(refusal.reason, refusal.exit, compared=self.compared):
            throttle = "strike"
        if self.presented:
            books.trail.mark_seen(self.presented, self.event_id)
        if self.pictures:
            self._keep(books, refusal)
        event = books.trail.append(
            {
                "v": 1,
                "id": self.event_id,
                "at": iso(self.till.clock.now()),
                "command": self.command,
                "terminal": self.till.terminal,
                "outcome": "refused" if refusal else "done",
                "reason": refusal.reason if refusal else None,
                "exit": int(refusal.exit if refusal else ExitStatus.DONE),
                "account": self.account_id,
                "claimed": self.claimed_id,
                "counts_against": self.claimed_id or self.pin_tried_on,
                "throttle": throttle,
                "presented": bool(self.presented),
                "checks": [{"name": c.name, "passed": c.passed, "figures": c.figures} for c in self.checks],
                **self.facts,
                **({} if refusal else self.done),
            }
        )
        expire(self.till, books)
        return event

    def _keep(self, books: Books, refusal: Refusal | None) -> None:
        """A payment that goes through has its frames; a refusal is told without them rather than not at all."""
        try:
            keep(self, books)
        except Exception as error:
            if refusal is None:
                raise
            self.facts["kept"] = {"fault": fault_of(error)}

    def record_policy(self) -> None:
        """Put the policy and its numbers into the event."""
        self.facts["policy"] = as_figures(self.till.policy)


def fault_of(error: BaseException) -> str:
    """An error in one line that fits in an event, whatever its text is made of."""
    name = type(error).__name__
    try:
        text = " ".join(f"{name}: {error}".split())
    except Exception:  # it cannot even say what it is
        return name
    return text.encode("utf-8", "backslashreplace").decode()[:LONGEST_FAULT]


def answered(attempt: Attempt, body: Callable[[], R], refused: Callable[[Refusal], R]) -> R:
    """The result of `body`; where it refuses, the refusal is committed as an event of its own first.

    A picture that was presented but cannot be decoded is an attempt like any other (UNUSABLE_IMAGE); a
    mistyped call is none. Whatever else ends an attempt after a sample was looked at leaves its event too,
    and goes on up.
    """
    try:
        return body()
    except Refused as error:
        refused_by: SmilepayError = error
    except UsageProblem as problem:
        if problem.reason != UNUSABLE_IMAGE:
            if attempt.compared:
                _record_broken_off(attempt, problem)
            raise
        refused_by = problem
    except BaseException as error:
        if attempt.capture is not None:
            _record_broken_off(attempt, error)
        raise
    refusal = Refusal.of(refused_by)
    _make_pictures(attempt)
    with attempt.till.store.writing() as books:
        attempt.record(books, refusal=refusal)
    return refused(refusal)


def _record_broken_off(attempt: Attempt, error: BaseException) -> None:
    """Ctrl-C, an unusable store, a bug: as far as it can be written, the trail says that it was tried.

    Where it cannot, the slot stays, and counts as the strike that this would have been. Where the event is there
    already, Ctrl-C came after the commit: what was done is done, and nothing else is said of it.
    """
    if isinstance(error, SmilepayError):
        refusal = Refusal.of(error)
    elif isinstance(error, KeyboardInterrupt):
        refusal = Refusal("interrupted", ExitStatus.INTERRUPTED, "interrupted")
    else:
        refusal = Refusal("internal_error", ExitStatus.INTERNAL, type(error).__name__)
        attempt.facts["fault"] = fault_of(error)
    _make_pictures(attempt)
    with suppress(Exception), attempt.till.store.writing() as books:
        if books.trail.by_id(attempt.event_id) is None:
            attempt.record(books, refusal=refusal)


def _make_pictures(attempt: Attempt) -> None:
    """Of a refusal, where they are kept. What goes wrong with them is told and changes nothing."""
    if not attempt.keeps:
        return
    try:
        make_pictures(attempt)
    except Exception as error:
        attempt.facts["kept"] = {"fault": fault_of(error)}
