"""Enrol a face under a name: one reference for each good frame."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from math import inf
from typing import TYPE_CHECKING

from smilepay_cli.ports import Books, FrameSource
from smilepay_cli.rules.books import deposit_postings
from smilepay_cli.rules.identification import candidates
from smilepay_cli.rules.limits import require_pin_form
from smilepay_cli.rules.profiles import STANDARD, profile
from smilepay_cli.rules.session import FRONTAL, Session
from smilepay_cli.rules.smile import is_relaxed, usual
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.capture import Capture, check_source, good_faces, require_a_face
from smilepay_cli.verbs.deadline import within
from smilepay_cli.verbs.gallery import open_gallery, seal_template
from smilepay_cli.verbs.looking import descriptors_of
from smilepay_cli.verbs.lookup import clean_name, is_sellers_name
from smilepay_cli.verbs.post import bound, person_facts, pin_facts, post_money, posting_facts
from smilepay_cli.verbs.recognise import record_engine
from smilepay_cli.verbs.second_factor import AskPin, check_pin_to_add, pin_to_add
from smilepay_cli.verbs.throttle import check_lockout, take_slot
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Reason, Refused
from smilepay_cli.vocabulary.faces import Face, MouthShape, Vector
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import FEES, Balance, Person, funding_account, name_key
from smilepay_cli.vocabulary.money import Money, parse_amount
from smilepay_cli.vocabulary.results import Refusal, Result

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.decisions import CheckResult

MOST_REFERENCES = 20
"""References kept from one enrolment; more frames of one capture add nothing but time."""


@dataclass(frozen=True, kw_only=True)
class EnrollResult(Result):
    """Who was enrolled, with how many references, and the balance afterwards."""

    name: str
    account_id: str | None = None
    added: int = 0
    references: int = 0
    balance: Balance | None = None
    checks: tuple[CheckResult, ...] = ()
    face: Face | None = field(default=None, metadata={"private": True})


def enroll(
    till: Till,
    name: str,
    source: FrameSource,
    *,
    deposit: str | None = None,
    pin: str | None = None,
    ask_pin: AskPin | None = None,
) -> EnrollResult:
    """Enrol, or add references to a person enrolled before; an account that has a PIN asks for it then.

    Refused when no frame is usable, when the frames show several people, when the face is enrolled under
    another name, or when the name is another person's. Raises UsageProblem for a name or an amount that
    cannot be used.
    """
    name = clean_name(name)
    if pin is not None:
        require_pin_form(pin)
    if deposit is not None:
        parse_amount(deposit, till.catalogue.load().currency, what="deposit")
    attempt = Attempt(till, "enroll")
    attempt.record_policy()
    capture = attempt.capture = Capture(source.description, source.is_camera, Session(is_camera=source.is_camera))

    def body() -> EnrollResult:
        with attempt.check("input"):
            check_source(source)
        with till.store.writing() as books:  # by itself: a new key is not taken back with an enrolment
            with attempt.check("name"):
                _require_no_sellers_name(till, books, name)
            till.vault.unlock(books.settings, create=True)
        with till.store.reading() as books:
            attempt.require_floor(books)
            known = books.people.by_name(name)
            attempt.claimed_id = known.account_id if known else None  # who adds to an account claims to be its owner
            check_lockout(attempt, books)
        faces, templates = _templates(attempt, source, capture)
        take_slot(attempt)
        known_or_new_pin = pin_to_add(attempt, name, pin, ask_pin)
        mouths = [mouth for mouth in map(relaxed_of, faces) if mouth]
        # No catalogue takes the name for a seller between the look and the commit: edit.py holds the same lock.
        with till.catalogue.alone(), till.store.writing() as books:
            person = _person(attempt, books, name, templates, known_or_new_pin)
            _keep(till, books, person, templates, usual(mouths) if mouths else None)
            attempt.account_id = person.account_id
            attempt.presented = tuple(capture.digests)
            attempt.done["references_added"] = len(templates)
            attempt.done["relaxed_mouths"] = len(mouths)
            if deposit is not None:
                _deposit(attempt, books, person, parse_amount(deposit, person.currency, what="deposit"))
            attempt.record(books)
            return EnrollResult(
                name=person.name,
                account_id=person.account_id,
                added=len(templates),
                references=person.references + len(templates),
                balance=books.ledger.balance(person.account_id, person.currency, till.clock.now()),
                checks=tuple(attempt.checks),
                face=faces[0],
                events=(attempt.event_id,),
                warnings=capture.rejections,
            )

    def refused(refusal: Refusal) -> EnrollResult:
        return EnrollResult(
            name=name,
            refusal=refusal,
            checks=tuple(attempt.checks),
            face=capture.session.best,
            events=(attempt.event_id,),
            warnings=capture.rejections,
        )

    return answered(attempt, body, refused)


def _templates(attempt: Attempt, source: FrameSource, capture: Capture) -> tuple[list[Face], list[Vector]]:
    import numpy as np

    till = attempt.till
    with attempt.check("capture") as figures:
        faces: list[Face] = []
        with closing(good_faces(till, source, capture, mouth=True)) as found:
            for face in found:
                if all(face.frame.pixel_digest != other.frame.pixel_digest for other in faces):
                    faces.append(face)
                if len(faces) == MOST_REFERENCES:
                    break
        figures.update(capture.figures(attempt.till))
        attempt.facts["frames"] = list(capture.digests)
        require_a_face(capture)
    with attempt.check("templates") as figures:
        record_engine(attempt)
        descriptors = within(lambda: descriptors_of(till, [(face.frame, face.box) for face in faces]))
        templates = [till.scheme.template(views) for views in descriptors]
        figures["made"] = len(templates)
    with attempt.check("one_person") as figures:
        apart = [till.scheme.dissimilarities(np.stack(templates), template) for template in templates]
        widest = float(np.max(apart))
        figures["widest"] = round(widest, 4)
        if not widest <= _same_person_max(till):
            raise Refused(
                Reason.SEVERAL_PEOPLE,
                tr("the frames do not all show the same person"),
                hint=tr("enrol one person at a time"),
            )
    return faces, templates


def _person(attempt: Attempt, books: Books, name: str, templates: list[Vector], pin: str | None) -> Person:
    """The person of that name, new or known. Raises Refused when face or name is somebody else's."""
    till = attempt.till
    known = books.people.by_name(name)
    with attempt.check("not_enrolled_before") as figures:
        gallery = open_gallery(till, books)
        limit = till.policy.dissimilarity_max
        nearest = [candidates(gallery, template, till.scheme, within=limit) for template in templates]
        matches: dict[str, float] = {}
        for found in sorted(chain.from_iterable(nearest), key=lambda candidate: -candidate.dissimilarity):
            if found.dissimilarity <= limit:
                matches[found.account_id] = found.dissimilarity  # the nearest comes last and stays
        figures["matches"] = {account: round(distance, 4) for account, distance in matches.items()}
        own = known.account_id if known else None
        if any(account != own for account in matches):
            raise Refused(
                Reason.ALREADY_ENROLLED,
                tr("this face is enrolled already, under another name"),
                hint=tr("who that is: smilepay audit --image FILE"),
            )
        if known and not matches.get(known.account_id, inf) <= _same_person_max(till):
            raise Refused(
                Reason.NAME_TAKEN,
                tr("{known!r} is enrolled with another face", known=known.name),
                hint=tr("choose another name"),
            )
    if known:
        check_pin_to_add(attempt, known, pin)
        attempt.done["pin_set"] = pin is not None and known.pin_hash is None
        if pin and known.pin_hash is None:
            hashed = till.pins.hash(pin)
            books.people.set_pin(known.account_id, hashed)
            attempt.done["pin"] = pin_facts(hashed)
        if known.salt is None:
            known = bound(attempt, books, known)
            attempt.done["person"] = person_facts(known)
        return known
    with attempt.check("name_again"):
        _require_no_sellers_name(till, books, name)
    attempt.done["pin_set"] = pin is not None
    till.vault.unlock(books.settings, create=True)  # the master key may be another one by now
    account_id = till.ids.new("acc")
    person = Person(
        account_id=account_id,
        name=name,
        currency=till.catalogue.load().currency,
        enrolled_at=till.clock.now(),
        wrapped_key=till.vault.new_person_key(account_id),
        pin_hash=till.pins.hash(pin) if pin else None,
        references=0,
        salt=till.vault.new_salt(),
    )
    books.people.add(person)
    attempt.done.update(person=person_facts(person), pin=pin_facts(person.pin_hash))
    return person


def _require_no_sellers_name(till: Till, books: Books, name: str) -> None:
    """Who is named like a seller, of today's catalogue or of an earlier one, would be given what is meant for them."""
    if name_key(name) == name_key(FEES):
        raise Refused(Reason.NAME_TAKEN, tr("{name!r} is the name of the account of the fees", name=name))
    if is_sellers_name(books, till.catalogue.load(), name):
        raise Refused(Reason.NAME_TAKEN, tr("{name!r} is the name of a seller", name=name))


def _same_person_max(till: Till) -> float:
    """Never looser than `standard`: whoever is let into an account here pays from it under every policy."""
    standard = profile("standard", till.policy.scheme)
    return min(till.policy.dissimilarity_max, standard.dissimilarity_max)


def _keep(till: Till, books: Books, person: Person, templates: list[Vector], relaxed: MouthShape | None) -> None:
    for template in templates:
        reference = seal_template(till, person, till.ids.new("ref"), template, relaxed)
        books.people.add_reference(reference, till.clock.now())


def relaxed_of(face: Face) -> MouthShape | None:
    """The mouth of a face that looks ahead and does not smile, for smiles to be told against; else None."""
    if face.mouth is None or face.pose is None or not abs(face.pose.yaw) <= FRONTAL:
        return None
    return face.mouth if is_relaxed(face.mouth, STANDARD) else None


def _deposit(attempt: Attempt, books: Books, person: Person, amount: Money) -> None:
    books.ledger.open_account(funding_account(amount.currency), "funding", amount.currency)
    transaction = post_money(attempt, books, "deposit", deposit_postings(person.account_id, amount))
    attempt.done.update(amount_minor=amount.minor, currency=amount.currency, ledger=posting_facts(transaction))
