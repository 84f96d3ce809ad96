"""The references of everyone as one matrix, and which of them can be near a probe.

Every scheme compares by the Euclidean distance, so a search is one product of the matrix with the probe: it takes as
long as reading the matrix from memory, and no index is sooner. The product's rounding is bounded, and whatever could
be among the nearest within that bound is compared again, exactly: the answers are those of comparing everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from smilepay_cli.vocabulary.faces import Reference, Vector

LENGTH = 128
ROUNDING = 4 * (LENGTH + 2)
"""Roundings that a squared distance can be off by (Higham 2002, section 3.1), with room."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """References, those of one account side by side."""

    accounts: tuple[str, ...]
    """Sorted, each once."""
    starts: NDArray[np.int64]
    """(accounts,): the first row of each."""
    vectors: NDArray[Any]
    """(n, 128), float32 or float64; column after column in memory, so that a product reads it as fast as can be."""
    squares: NDArray[Any]
    """(n,): squared lengths, of the same type."""

    @classmethod
    def of(cls, references: Sequence[Reference]) -> Gallery:
        """Out of references in any order."""
        import numpy as np

        ordered = sorted(references, key=lambda reference: reference.account_id)
        owners = [reference.account_id for reference in ordered]
        starts = [row for row, owner in enumerate(owners) if row == 0 or owners[row - 1] != owner]
        rows = [reference.vector for reference in ordered]
        vectors = np.asfortranarray(np.stack(rows) if rows else np.empty((0, LENGTH)))
        with np.errstate(over="ignore", invalid="ignore"):
            squares = np.einsum("ij,ij->i", vectors, vectors)
        return cls(tuple(owners[row] for row in starts), np.array(starts, dtype=np.int64), vectors, squares)

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def longest(self) -> float:
        """The largest squared length that is a number."""
        import numpy as np

        return float(np.max(self.squares, initial=0.0, where=np.isfinite(self.squares)))

    def only(self, account_id: str) -> Gallery:
        """The references of one account."""
        import numpy as np

        if account_id not in self.accounts:
            return Gallery.of([])
        rows = self.rows_of(self.accounts.index(account_id))
        return Gallery((account_id,), np.zeros(1, dtype=np.int64), self.vectors[rows], self.squares[rows])

    def rows_of(self, place: int) -> slice:
        """Where the references of `accounts[place]` are."""
        last = place + 1 == len(self.accounts)
        return slice(int(self.starts[place]), len(self) if last else int(self.starts[place + 1]))

    def near(self, probe: Vector, within: float) -> list[int]:
        """Places of accounts that may be among the two nearest, or `within` that distance; every one that is, is there.

        Accounts whose distances are no numbers are left out.
        """
        import numpy as np

        if not len(self):
            return []
        with np.errstate(over="ignore", invalid="ignore"):
            asked = probe.astype(self.vectors.dtype)
            length = float(asked @ asked)
            apart = self._apart(asked)
        if not np.isfinite(length):
            return []
        slack = ROUNDING * float(np.finfo(self.vectors.dtype).eps) * max(self.longest, length)
        limit = max(self._second_smallest(apart), within * within - length) + slack
        rows = np.flatnonzero(apart <= limit)
        return sorted({int(place) for place in np.searchsorted(self.starts, rows, side="right") - 1})

    def _apart(self, asked: NDArray[Any]) -> NDArray[Any]:
        """(n,): squared distances, less the probe's own squared length; inf where they are no numbers."""
        import numpy as np

        apart: NDArray[Any] = self.vectors @ (-2 * asked)
        apart += self.squares
        if np.isnan(apart.min()):
            apart[np.isnan(apart)] = np.inf
        return apart

    def _second_smallest(self, apart: NDArray[Any]) -> float:
        """The smallest number of the account that comes second; inf where there is one account only."""
        import numpy as np

        nearest = int(np.searchsorted(self.starts, int(apart.argmin()), side="right")) - 1
        own = self.rows_of(nearest)
        return float(min(apart[: own.start].min(initial=np.inf), apart[own.stop :].min(initial=np.inf)))
