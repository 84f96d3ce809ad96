"""Keeping the frames that a payment's decision rested on, for as long as the policy says. Off in every named policy.

They are locked under the key of the account that was recognised or claimed, so that they go with the person. Where
nobody was, they are locked under a key of the wallet; one of them may show somebody who is enrolled and was not
recognised, and nobody can tell, so all of those go when anybody is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.still import as_png, of_png
from smilepay_cli.verbs.deadline import within
from smilepay_cli.vocabulary.errors import ChainBroken, UsageProblem
from smilepay_cli.vocabulary.evidence import SealedFrame
from smilepay_cli.vocabulary.faces import Frame, pixel_digest
from smilepay_cli.vocabulary.instants import from_iso, iso
from smilepay_cli.vocabulary.language import marked, tr

if TYPE_CHECKING:
    from smilepay_cli.ports import Books
    from smilepay_cli.verbs.attempt import Attempt
    from smilepay_cli.verbs.capture import Capture
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.events import Event
    from smilepay_cli.vocabulary.faces import Face

JUDGED, SHOWN, RELAXED, LEFT, RECENT = "judged", "shown", "relaxed", "left", "recent"
"""What a decision used a face for: the probe; the steps in order; what changes are told against; who was there before
the face jumped; the mean of a capture."""
HOW_TO_KEEP = marked("a policy file keeps them from now on, for example for a week: keep_frames = 604800")


def roles_of(capture: Capture, *, averages: bool) -> dict[Face, list[str]]:
    """Every face that the decision rests on, in the order in which it is used, and what for."""
    session = capture.session
    used = [
        (session.best, JUDGED),
        *((face, SHOWN) for face in session.shown),
        (session.relaxed.face if session.relaxed else None, RELAXED),
        (session.left, LEFT),
        *((face, RECENT) for face in (session.recent if averages else ())),
    ]
    roles: dict[Face, list[str]] = {}
    for face, role in used:
        if face is not None and session.best is not None:
            roles.setdefault(face, []).append(role)
    return roles


def make_pictures(attempt: Attempt) -> int:
    """Encode what is to be kept of this attempt, before the wallet is locked; how many frames."""
    capture = attempt.capture
    attempt.keeps = False  # it is tried once
    if capture is None:
        return 0
    roles = roles_of(capture, averages=attempt.till.scheme.averages_frames)
    attempt.pictures = within(lambda: {face.frame.number: as_png(face.frame.pixels) for face in roles})
    attempt.facts["kept"] = {
        "frames": [
            {"number": face.frame.number, "seconds": round(face.frame.seconds, 3), "for": used}
            for face, used in roles.items()
        ],
        "steps": list(capture.session.steps),
        "gallery": attempt.gallery_version,
    }
    return len(attempt.pictures)


def keep(attempt: Attempt, books: Books) -> None:
    """Lock the pictures away, inside the transaction that writes the event."""
    owner = attempt.account_id or attempt.claimed_id
    person = books.people.by_id(owner) if owner else None
    vault = attempt.till.vault
    vault.unlock(books.settings, create=person is None)
    until = attempt.till.clock.now() + timedelta(seconds=attempt.till.policy.keep_frames)
    if owner is not None and person is None:  # forgotten a moment ago
        attempt.facts.pop("kept", None)
        return

    def sealed(number: int, png: bytes) -> bytes:
        label = _label(attempt.event_id, number)
        return vault.seal(person, png, label) if person else vault.seal_for_wallet(books.settings, png, label)

    locked = {number: sealed(number, png) for number, png in attempt.pictures.items()}
    for number, blob in locked.items():  # all of them, or none
        books.kept.add(SealedFrame(attempt.event_id, number, owner, blob, until))
    attempt.facts["kept"]["until"] = iso(until)


def kept_frames(till: Till, books: Books, event: Event) -> Iterator[Frame]:
    """The frames of an event, opened, each the very one that was judged.

    Raises UsageProblem where there are none any more, StoreUnusable for one that does not open, ChainBroken for one
    that the event does not know.
    """
    now = till.clock.now()
    found = books.kept.of(event.id, now)
    kept = event.body.get("kept")
    if not found or not isinstance(kept, dict) or "frames" not in kept:
        raise UsageProblem(
            tr("event {event} has no kept frames{why}", event=event.id, why=_why(kept, now)),
            hint=tr(HOW_TO_KEEP),
            reason="not_kept",
        )
    till.vault.unlock(books.settings, create=False)
    seconds = {one["number"]: float(one["seconds"]) for one in kept["frames"]}
    for frame in found:
        pixels = of_png(_opened(till, books, frame))
        digest = pixel_digest(pixels)
        if digest not in event.body["frames"] or frame.number not in seconds:
            raise ChainBroken(tr("a kept frame of event {event} is none that the event tells of", event=event.id))
        yield Frame(pixels, frame.number, seconds[frame.number], f"frame {frame.number}", digest)


def expire(till: Till, books: Books) -> int:
    """Remove what was kept for long enough, with an event where there was something; how many frames."""
    from smilepay_cli.verbs.attempt import Attempt

    gone = books.kept.expire(till.clock.now())
    if gone:
        attempt = Attempt(till, "audit.prune")
        attempt.facts["frames_removed"] = gone
        attempt.record(books)
    return gone


def _opened(till: Till, books: Books, frame: SealedFrame) -> bytes:
    label = _label(frame.event_id, frame.number)
    person = books.people.by_id(frame.account_id) if frame.account_id else None
    if person is None:
        return till.vault.open_for_wallet(books.settings, frame.sealed, label)
    return till.vault.open(person, frame.sealed, label)


def _label(event_id: str, number: int) -> str:
    return f"frame:{event_id}:{number}"


def _why(kept: Any, now: datetime) -> str:
    if not isinstance(kept, dict):
        return tr(": its policy kept none")
    if "fault" in kept:
        return tr(": they could not be kept ({fault})", fault=kept["fault"])
    if "until" in kept and from_iso(kept["until"]) <= now:
        return tr(": they were kept until {until}", until=kept["until"])
    return tr(": somebody was forgotten, and they went too")
