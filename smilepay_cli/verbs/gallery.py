"""The gallery: everybody's references, opened to be compared with.

The store has them one by one, each under its person's key. Opening ten thousand that way takes a quarter of a second,
so a large gallery is kept packed as well: one block, encrypted under a key of its own, that says which state of the
store it was made from. A block of another state, of other models, or with a changed byte does not open, and the
references are opened one by one again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smilepay_cli.ports import Books
from smilepay_cli.rules.gallery import LENGTH, Gallery
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.faces import MouthShape, Reference, Vector
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.ledger import Person, SealedReference

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACK_FROM = 500
"""References from which packing pays; fewer are opened one by one in 15 ms."""
_HEAD = 16
"""Bytes that say how many references and how many bytes of account ids follow."""


def open_gallery(till: Till, books: Books) -> Gallery:
    """Every reference, decrypted. Raises StoreUnusable for one that was made by something else."""
    maker = till.engine.maker.digest
    other = books.people.made_otherwise(maker)
    if other is not None:
        person = books.people.by_id(other)
        name = person.name if person else other
        raise StoreUnusable(
            tr("{name!r} was enrolled with another engine or other models, which cannot be compared", name=name),
            hint=tr("use the --engine of then, or: smilepay accounts forget {name}, and enrol again", name=name),
            reason="other_maker",
        )
    label = f"gallery:{maker}:{books.people.gallery_version()}"
    if till.memory is not None:
        return till.memory.gallery(label, lambda: _all(till, books, label))
    return _all(till, books, label)


def _all(till: Till, books: Books, label: str) -> Gallery:
    count = books.people.reference_count()
    if count:
        till.vault.unlock(books.settings, create=False)
    if count < PACK_FROM:
        return _one_by_one(till, books)
    return _from_block(till, books, label) or _packed(till, books, label)


def seal_template(
    till: Till, person: Person, reference_id: str, vector: Vector, relaxed: MouthShape | None
) -> SealedReference:
    """A template as it is kept: encrypted under the person's key, bound to account and reference.

    `relaxed` is the relaxed mouth of the same sitting, where it showed one; smiles are told against it. It is kept
    with the template, since it says something of the person too.
    """
    import numpy as np

    mouth = [] if relaxed is None else [relaxed.width, relaxed.lift, relaxed.opening]
    plain = np.concatenate([vector, mouth]).astype("<f8").tobytes()
    return SealedReference(
        person.account_id, reference_id, till.engine.maker.digest, till.vault.seal(person, plain, reference_id)
    )


def relaxed_mouths(till: Till, books: Books, account_id: str) -> tuple[MouthShape | None, ...]:
    """The person's mouth when it is relaxed, once for each sitting; None for those that showed none."""
    person = books.people.by_id(account_id)
    if person is None:
        return ()
    till.vault.unlock(books.settings, create=False)
    kept = (_numbers(till, person, reference)[LENGTH:].tolist() for reference in books.people.references(account_id))
    return tuple(dict.fromkeys(MouthShape(*numbers) if numbers else None for numbers in kept))


def _one_by_one(till: Till, books: Books) -> Gallery:
    people = {person.account_id: person for person in books.people.all()}
    opened = (_opened(till, people[sealed.account_id], sealed) for sealed in books.people.references())
    return Gallery.of(list(opened))


def _opened(till: Till, person: Person, reference: SealedReference) -> Reference:
    return Reference(reference.account_id, _numbers(till, person, reference)[:LENGTH])


def _numbers(till: Till, person: Person, reference: SealedReference) -> NDArray[Any]:
    """(128,) the template, or (131,) with the sitting's relaxed mouth behind it."""
    import numpy as np

    plain = till.vault.open(person, reference.sealed, reference.reference_id)
    return np.frombuffer(plain, dtype="<f8")


def _from_block(till: Till, books: Books, label: str) -> Gallery | None:
    with till.packed.read() as sealed:
        plain = till.vault.open_gallery(books.settings, sealed, label) if sealed is not None else None
    return unpacked(plain) if plain is not None else None


def _packed(till: Till, books: Books, label: str) -> Gallery:
    gallery = _one_by_one(till, books)
    plain = packed(gallery)
    sealed = till.vault.seal_gallery(books.settings, plain, label) if plain is not None else None
    if sealed is not None:
        till.packed.write(sealed)
    return gallery


def packed(gallery: Gallery) -> bytes | None:
    """The gallery in float32 as one block; None where float32 would change a number."""
    import numpy as np

    with np.errstate(over="ignore"):
        vectors = gallery.vectors.astype("<f4")
    if not np.array_equal(vectors, gallery.vectors):
        return None
    names = "\n".join(gallery.accounts).encode()
    squares = np.einsum("ij,ij->i", vectors, vectors).astype("<f4")
    head = np.array([len(gallery), len(names)], dtype="<u8").tobytes()
    parts = (head, vectors.tobytes(order="F"), squares.tobytes(), gallery.starts.astype("<u4").tobytes(), names)
    return b"".join(parts)


def unpacked(plain: bytes) -> Gallery:
    """The reverse of `packed`; the numbers are views of the block. Only for a block that opened under its key."""
    import numpy as np

    count, size = np.frombuffer(plain, "<u8", 2).tolist()
    names = plain[len(plain) - size :].decode().split("\n")

    def part(kind: str, numbers: int, position: int) -> NDArray[Any]:
        return np.frombuffer(plain, kind, numbers, position)

    after = _HEAD + 4 * LENGTH * count
    return Gallery(
        accounts=tuple(names),
        starts=part("<u4", len(names), after + 4 * count).astype(np.int64),
        vectors=part("<f4", LENGTH * count, _HEAD).reshape(LENGTH, count).T,
        squares=part("<f4", count, after),
    )
