"""1:N: the nearest of many templates, in one thread."""

from __future__ import annotations

from statistics import median

from benchmarks.results import Result, compared
from benchmarks.setting import Report, Setting
from benchmarks.workers import Worker, in_turns

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_TIMES = {1_000: 500, 100_000: 4, 1_000_000: 1}
"""Searches in one measurement."""
_LARGEST = 1_000_000


def measure(setting: Setting) -> Report:
    """ms a search, against face_distance on a list, and against reading the same bytes at all."""
    rows: list[Result] = []
    with Worker("gallery", variables=_ONE_THREAD) as ours, Worker("face_distance", variables=_ONE_THREAD) as theirs:
        for count in (1_000, 100_000):
            ours.ask("make", count=count)
            theirs.ask("make", count=count)
            rows.append(_against_list(count, ours, theirs, setting.rounds(15)))
        size = int(ours.ask("make", count=_LARGEST).value)
        row, way = _against_reading(ours, setting.rounds(15), size)
    return Report(
        [*rows, row],
        "Random templates of 128 float32, one an account, the search of rules/gallery.py, one thread. face_distance "
        "gets a list of arrays, as its examples keep them. At a million the reference is reading the same "
        f"{size / 1e6:.0f} MB once; the fastest of several ways counts: {way}.",
    )


def _against_list(count: int, ours: Worker, theirs: Worker, rounds: int) -> Result:
    times = _TIMES[count]
    fewer = max(1, times // 20)
    taken = in_turns(
        rounds,
        {
            "ours": lambda _: 1000 * ours.ask("rank", times=times).wall / times,
            "theirs": lambda _: 1000 * theirs.ask("rank", times=fewer).wall / fewer,
        },
    )
    return compared(
        f"matching/{count}",
        f"nearest of {count:,} templates",
        taken["ours"],
        taken["theirs"],
        "ms",
        reference="face_distance on a list",
    )


def _against_reading(ours: Worker, rounds: int, size: int) -> tuple[Result, str]:
    ways = [str(way) for way in ours.ask("readings").value]
    taken = in_turns(
        rounds,
        {
            "search": lambda _: 1000 * ours.ask("rank", times=1).wall,
            **{way: lambda _, way=way: 1000 * ours.ask("read", way=way).wall for way in ways},  # type: ignore[misc]  # bound early
        },
    )
    way = min(ways, key=lambda way: median(taken[way]))
    told = f"{way}, {size / 1e6 / median(taken[way]):.1f} GB/s"
    row = compared(
        f"matching/{_LARGEST}",
        f"nearest of {_LARGEST:,} templates",
        taken["search"],
        taken[way],
        "ms",
        reference=f"reading {size / 1e6:.0f} MB",
    )
    return row, told
