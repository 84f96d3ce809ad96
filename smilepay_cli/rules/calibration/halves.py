"""Two halves of the people: numbers are chosen on one, and told of the other."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256


def halves(pictures: Mapping[str, int], seed: int, report_share: float) -> tuple[list[str], list[str]]:
    """Names of the tune half and of the report half, each sorted. `pictures` is how many there are of each person.

    Nobody is in both. Drawn by the seed and the names alone; people of several pictures are shared out by themselves,
    so that both halves have mated comparisons where there are two of them. Raises ValueError for a share outside of
    0 to 1.
    """
    if not 0 < report_share < 1:
        raise ValueError(f"{report_share} is no share")
    tune: list[str] = []
    report: list[str] = []
    for is_mated in (True, False):
        names = [name for name, count in pictures.items() if (count > 1) is is_mated]
        drawn = sorted(names, key=lambda name: (_drawn(name, seed), name))
        cut = min(max(round(len(drawn) * report_share), 1), len(drawn) - 1) if len(drawn) > 1 else 0
        report += drawn[:cut]
        tune += drawn[cut:]
    return sorted(tune), sorted(report)


def _drawn(name: str, seed: int) -> bytes:
    return sha256(f"{seed} {name}".encode("utf-8", "surrogatepass")).digest()
