"""The trials that error rates are counted over (ISO/IEC 19795-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.schemes import Scheme

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Searches:
    """Every probe searched twice: among everybody (mated), and with its own person taken out (non-mated)."""

    own: NDArray[Any]
    """(m,): dissimilarity to the own reference, mated searches."""
    nearest_other: NDArray[Any]
    """(m,): dissimilarity to the nearest other person, of the same searches."""
    non_mated: NDArray[Any]
    """(n,): dissimilarity to the nearest of all others."""

    def threshold_at(self, fpir: float) -> float:
        """The largest threshold at which no more than that share of non-mated searches finds somebody."""
        import numpy as np

        ordered = np.sort(self.non_mated)
        return float(np.nextafter(ordered[int(fpir * len(ordered))], 0))

    def false_negatives(self, threshold: float) -> Rate:
        """Mated searches that do not end with the own person: FNIR."""
        found = (self.own <= threshold) & (self.own <= self.nearest_other)
        return Rate(int((~found).sum()), len(found))

    def false_positives(self, threshold: float) -> Rate:
        """Non-mated searches that find somebody: FPIR."""
        return Rate(int((self.non_mated <= threshold).sum()), len(self.non_mated))


def searches(templates: NDArray[Any], people: Sequence[str], scheme: Scheme, references: int = 1) -> Searches:
    """The first `references` pictures of each person are enrolled, the others searched for.

    Non-mated searches are made with every picture, the enrolled ones too.
    """
    import numpy as np

    names = np.array(people)
    first = {name: np.flatnonzero(names == name)[:references] for name in sorted(set(people))}
    enrolled = set(np.concatenate(list(first.values())).tolist())
    own, other, non_mated = [], [], []
    for probe, name in enumerate(people):
        distances = {
            person: float(scheme.dissimilarities(templates[rows], templates[probe]).min())
            for person, rows in first.items()
        }
        mine = distances.pop(name)
        non_mated.append(min(distances.values()))
        if probe not in enrolled:
            own.append(mine)
            other.append(non_mated[-1])
    return Searches(np.array(own), np.array(other), np.array(non_mated))


def comparisons(templates: NDArray[Any], people: Sequence[str], scheme: Scheme) -> tuple[NDArray[Any], NDArray[Any]]:
    """Dissimilarities of all mated and of all non-mated pairs."""
    import numpy as np

    names = np.array(people)
    mated, non_mated = [], []
    for row in range(len(templates) - 1):
        apart = scheme.dissimilarities(templates[row + 1 :], templates[row])
        same = names[row + 1 :] == names[row]
        mated.append(apart[same])
        non_mated.append(apart[~same])
    return np.concatenate(mated), np.concatenate(non_mated)
