"""Changing the catalogue. Orders keep the prices, and payments the fees, that they were made at.

A file cannot be committed with the wallet, so the order is this, under a lock that one change holds at a time:

1. the new text is on the disk, beside the catalogue, under a name of its own;
2. the event with the digests of both texts is committed;
3. the new text takes the old one's place, in one step.

Nothing is ever in force of which no event tells. Whoever is stopped between 2 and 3 leaves an event and the text of a
change that did not come about: the next one says where the text is, and its event begins with the digest of the old
text again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from smilepay_cli.ports import Books, CatalogueDraft
from smilepay_cli.verbs.attempt import Attempt, answered
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import Reason, Refused, SmilepayError, StoreUnusable, UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Catalogue
from smilepay_cli.vocabulary.money import Money
from smilepay_cli.vocabulary.results import Refusal, Result

KINDS = ("customer", "merchant", "funding", "fees")
Editor = Callable[[str], None]
"""Lets somebody change the file of that name. Raises UsageProblem when the editor fails."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """An item that came (`before` is None), went (`after` is None) or has another price."""

    item: str
    before: Money | None
    after: Money | None


@dataclass(frozen=True, kw_only=True)
class EditResult(Result):
    """What became of the catalogue. `before` and `after` are the SHA-256 of its text."""

    path: str
    before: str
    after: str
    catalogue: Catalogue | None = None
    changes: tuple[PriceChange, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the text is another one now."""
        return self.before != self.after


def edit(till: Till, editor: Editor, start: bytes | None = None) -> EditResult:
    """Let somebody edit the catalogue, or `start` in its place. A text that cannot be used stays beside it.

    Raises UsageProblem that says what is wrong with it, and where it is.
    """
    source = till.catalogue
    before, notes = source.read(), _left_behind(till)
    begun = before if start is None else start
    draft = source.draft(begun)
    try:
        editor(draft.path)
        result = replace_catalogue(till, draft.read(), before=before, name=draft.path, notes=notes)
    except BaseException as error:
        _keep_or_drop(draft, begun, error)
        raise
    if not result.refusal:
        draft.discard()
    return result


def replace_catalogue(
    till: Till, after: bytes, *, name: str, before: bytes | None = None, notes: tuple[str, ...] = ()
) -> EditResult:
    """Put a text in the catalogue's place. `before` is what it was made from, and has to be in force still.

    Refused where accounts or names that there are do not go with it. Raises UsageProblem for a text that cannot be
    used; `name` is what it is called then.
    """
    source = till.catalogue
    new = source.understood(after, name)
    with source.alone():
        old = source.read()
        if before is not None and old != before:
            raise UsageProblem(tr("the catalogue was changed by somebody else meanwhile"), reason="catalogue_changed")
        was, becomes = sha256(old).hexdigest(), sha256(after).hexdigest()
        if old == after:
            return EditResult(path=source.path, before=was, after=becomes, catalogue=new, warnings=notes)
        attempt = _attempt(till, was, becomes)

        def body() -> EditResult:
            ready = source.draft(after)
            try:
                with till.store.writing() as books:
                    _require_fitting(books, new)
                    attempt.record(books)
            except BaseException:
                ready.discard()
                raise
            try:
                ready.put()
            except StoreUnusable as error:  # its event is committed; another one says that it did not come about
                failed = _attempt(till, was, becomes)
                with till.store.writing() as books:
                    failed.record(books, refusal=Refusal.of(error))
                raise
            return EditResult(
                path=source.path,
                before=was,
                after=becomes,
                catalogue=new,
                changes=_changes(till, old, new),
                events=(attempt.event_id,),
                warnings=notes,
            )

        def refused(refusal: Refusal) -> EditResult:
            told = replace(refusal, hint=f"the text is kept in {name}")
            return EditResult(path=source.path, before=was, after=was, refusal=told, events=(attempt.event_id,))

        result = answered(attempt, body, refused)
        if not result.refusal:
            _clear(till, after)
        return result


def _attempt(till: Till, before: str, after: str) -> Attempt:
    attempt = Attempt(till, "shop.edit")
    attempt.facts["catalogue"] = {"before": before, "after": after}
    return attempt


def _clear(till: Till, in_force: bytes) -> None:
    """What earlier edits left is of no use any more where it is in force."""
    for draft in till.catalogue.left_behind():
        with suppress(UsageProblem):
            if draft.read() == in_force:
                draft.discard()


def _require_fitting(books: Books, new: Catalogue) -> None:
    """Raises Refused: WRONG_CURRENCY where accounts are in another one, NAME_TAKEN for a seller named as a customer."""
    others = {currency for kind in KINDS for _, currency in books.ledger.accounts(kind)} - {new.currency}
    if others:
        raise Refused(
            Reason.WRONG_CURRENCY,
            tr(
                "there are accounts in {names}, and a catalogue in {currency} could not be paid from "
                "them; another currency needs another wallet (--home DIR)",
                names=", ".join(sorted(others)),
                currency=new.currency,
            ),
        )
    for seller in new.sellers:
        if books.people.by_name(seller):
            raise Refused(Reason.NAME_TAKEN, tr("seller {seller!r}: a customer has this name", seller=seller))


def _changes(till: Till, old: bytes, new: Catalogue) -> tuple[PriceChange, ...]:
    """Items and prices that differ; nothing where the old text could not be used."""
    try:
        before = till.catalogue.understood(old, till.catalogue.path).items
    except UsageProblem:
        return ()
    names = dict.fromkeys((*before, *new.items))
    prices = {name: tuple(items[name].price if name in items else None for items in (before, new.items))
              for name in names}  # fmt: skip
    return tuple(PriceChange(name, *pair) for name, pair in prices.items() if pair[0] != pair[1])


def _left_behind(till: Till) -> tuple[str, ...]:
    return tuple(f"an earlier edit left its text in {draft.path}" for draft in till.catalogue.left_behind())


def _keep_or_drop(draft: CatalogueDraft, start: bytes, error: BaseException) -> None:
    """Nothing that somebody typed is lost; what nobody changed is not kept."""
    with suppress(UsageProblem):
        if draft.read() == start:
            draft.discard()
            return
    if isinstance(error, SmilepayError):
        error.hint = f"the catalogue is as it was; go on with: smilepay shop --edit --catalogue {draft.path}"
