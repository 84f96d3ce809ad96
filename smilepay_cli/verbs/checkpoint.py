"""Sign the head of the chain and put it outside the wallet, so that nobody can bend the trail unseen afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from smilepay_cli.ports import Books, Outbox, Progress, Signer
from smilepay_cli.rules.checkpoints import balances_digest, fingerprint, signed, text_of, unsigned
from smilepay_cli.verbs.attempt import Attempt
from smilepay_cli.verbs.post import bound, person_facts, pin_facts
from smilepay_cli.verbs.till import Till
from smilepay_cli.verbs.verify import WALLET_SETTING, proven
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.events import Checkpoint
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result

FOLDER = "checkpoints"


@dataclass(frozen=True, kw_only=True)
class CheckpointResult(Result):
    """What was signed, where it is, and the fingerprint to write down. `new_key`: it was made just now."""

    checkpoint: Checkpoint
    file: str
    fingerprint: str
    new_key: bool


def checkpoint(
    till: Till,
    signer: Signer,
    outbox: Outbox,
    out: str | None = None,
    *,
    new_key: bool = False,
    progress: Progress | None = None,
) -> CheckpointResult:
    """Sign the newest event's hash and what the books hold by then; an event tells of it afterwards.

    Everything is recomputed first, in the view that is signed: what does not verify gets no signature. The file comes
    before the event: a checkpoint without its event does no harm, an event without its checkpoint would lie. Raises
    ChainBroken, and UsageProblem when there is nothing to sign, or the file cannot be written.
    """
    attempt = Attempt(till, "audit.checkpoint")
    with till.store.writing() as books:
        if books.trail.head() is None:
            raise UsageProblem(tr("nothing has happened yet, so there is nothing to sign"), reason="no_such_event")
        if books.settings.get(WALLET_SETTING) is None:
            books.settings.set(WALLET_SETTING, till.ids.new("wal"))
        made = signer.unlock(books.settings, anew=new_key)
        _bind_people(till, books)
    public_key = signer.public_key()
    with till.store.reading() as books:
        draft = _head(till, books, public_key, progress)
    whole = signed(draft, signer.sign(unsigned(draft)))
    path = out or outbox.home_file(FOLDER, f"{whole.seq:08d}-{whole.at[:10]}.json")
    file = outbox.write_new(path, [text_of(whole).encode()])
    told = fingerprint(public_key)
    attempt.facts["checkpoint"] = {"wallet": whole.wallet, "seq": whole.seq, "head": whole.head, "key": told}
    with till.store.writing() as books:
        attempt.record(books)
    return CheckpointResult(checkpoint=whole, file=file, fingerprint=told, new_key=made, events=(attempt.event_id,))


def _bind_people(till: Till, books: Books) -> None:
    """Names and PINs that no event tells of, since they are from before 0.4.0, are told in one: to be signed too."""
    people = [person for person in books.people.all() if person.salt is None]
    if not people:
        return
    attempt = Attempt(till, "accounts.bind")
    attempt.facts["people"] = {
        person.account_id: {"person": person_facts(bound(attempt, books, person)), "pin": pin_facts(person.pin_hash)}
        for person in people
    }
    attempt.record(books)


def _head(till: Till, books: Books, public_key: bytes, progress: Progress | None) -> Checkpoint:
    proof = proven(books, progress=progress)
    balances = {(account, currency): minor for account, currency, minor in books.facts.sums()}
    return Checkpoint(
        wallet=books.settings.get(WALLET_SETTING) or "",
        seq=proof.count,
        head=proof.head,
        transactions=proof.transactions,
        balances=balances_digest(balances),
        at=iso(till.clock.now()),
        public_key=public_key.hex(),
    )
