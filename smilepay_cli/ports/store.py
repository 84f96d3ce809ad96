"""The wallet as a file, and copies of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from smilepay_cli.vocabulary.errors import StoreUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from smilepay_cli.ports.books import Books
    from smilepay_cli.vocabulary.copies import Copied
    from smilepay_cli.vocabulary.findings import Examination


Progress = Callable[[int, int], None]
"""Told again and again how much is done, and of how much."""
NO_WALLET, OLDER_WALLET = "no_wallet", "older_wallet"
"""Reasons of a store that only looks: there is none yet; it is of an earlier version."""


class Store(Protocol):
    """One wallet. What happens in one `writing` block happens together or not at all."""

    def reading(self) -> AbstractContextManager[Books]:
        """One consistent view."""

    def writing(self) -> AbstractContextManager[Books]:
        """The only writer while it lasts. Raises StoreUnusable when the wallet stays locked."""

    def unusable(self, error: BaseException) -> StoreUnusable | None:
        """What an error out of the books means, where it is the file's or the disk's fault; else None."""

    def batch(self) -> AbstractContextManager[None]:
        """Many `writing` blocks that become durable together, at the end of the batch.

        Each commits or rolls back by itself as later blocks see it. A crash before the end, or an exception that
        leaves the batch, loses the whole batch and nothing else: for replays, never for a payment somebody waits for.
        """

    def rehearsal(self) -> AbstractContextManager[None]:
        """Like a batch, of which nothing is kept in the end: the wallet is as it was before."""

    def examine(self) -> Examination:
        """How the database is, by its own word."""

    def scrub(self) -> bool:
        """Leave no trace of deleted rows in the file or beside it. False when it could not be done now."""

    def mentions(self, name: str) -> list[str]:
        """Names of the files beside it that may hold a person of that name still: other wallets, and reports."""

    def close(self) -> None:
        """Let go of the file."""


class Candidate(Protocol):
    """The copy of a file that may take the wallet's place."""

    @property
    def store(self) -> Store:
        """Over the copy."""

    @property
    def copied(self) -> Copied:
        """What is in the file."""

    def take_place(self, known: tuple[int, str | None] | None) -> str | None:
        """In the wallet's place, in one step; the name that the wallet of before has now.

        Raises StoreUnusable (locked) while somebody uses the wallet, or when number and hash of its last event are
        not the `known` ones any more.
        """


class Copies(Protocol):
    """Copies of the wallet as single files."""

    @property
    def exists(self) -> bool:
        """Whether there is a wallet at all."""

    def taken(self, file: Path, *, replace: bool, progress: Progress) -> AbstractContextManager[Copied]:
        """A copy of one moment. It has the name `file` when the block ends normally, and is gone otherwise.

        Raises UsageProblem where it cannot be written, or where something is and is not to be replaced.
        """

    def candidate(self, file: Path, stamp: str, progress: Progress) -> AbstractContextManager[Candidate]:
        """A copy of `file` beside the wallet, of this version; gone after the block unless it took the place.

        Raises UsageProblem for a file that cannot be read, StoreUnusable for what is no whole wallet of ours.
        """
