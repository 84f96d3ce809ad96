#!/usr/bin/env python3
"""Read what a replay left behind: draw scores, count a rate again, list who got in.

    smilepay replay SET --out run1
    .venv/bin/python examples/reading/read_results.py run1
    .venv/bin/python examples/reading/read_results.py run1 --png scores.png

It needs what smilepay brings along: scipy for the intervals, matplotlib for the picture. What the fields mean is in
docs/replay-metrics.md. Ends with 0; with 1 when summary.json says something else than the rows do; with 2 when the
folder is none of a replay.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = Mapping[str, Any]
BIN = 0.05
"""How wide a bar is, in dissimilarity."""
LONGEST_BAR = 40


def read(folder: Path) -> tuple[list[Row], dict[str, Any]]:
    """The rows and the summary of a run. A row is a line; a large run is better read line by line."""
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return [json.loads(line) for line in lines], summary


def group(row: Row) -> str:
    """Attacks and injections by their species, everybody else by kind."""
    return str(row["pai_species"] or row["kind"])


def scores(rows: Iterable[Row]) -> dict[str, list[float]]:
    """Dissimilarity to the nearest account, by group. A row that never came to a comparison has none."""
    found = defaultdict(list)
    for row in rows:
        if row["decision"]["dissimilarity"] is not None:
            found[group(row)].append(row["decision"]["dissimilarity"])
    return dict(sorted(found.items()))


def bars(values: Iterable[float], limit: float) -> Iterator[str]:
    """A histogram for a terminal. A line for each bin from the first that holds something to the last."""
    counts = Counter(int(value / BIN + 1e-9) for value in values)  # 0.15 / 0.05 is a little less than 3
    most = max(counts.values(), default=0)
    for place in range(min(counts, default=0), max(counts, default=-1) + 1):
        low, count = place * BIN, counts[place]
        bar = "█" * round(LONGEST_BAR * count / max(most, LONGEST_BAR))
        side = "match" if low + BIN <= limit else "none" if low > limit else "limit"
        yield f"  {low:.2f}-{low + BIN:.2f}  {side:<6} {count:>4} {bar}".rstrip()


def interval(k: int, n: int) -> tuple[float, float, float]:
    """Clopper and Pearson's: lower and upper at 95 %, and the one-sided upper bound that gates look at."""
    from scipy.stats import binomtest

    both = binomtest(k, n).proportion_ci(0.95, method="exact")
    one_sided = binomtest(k, n, alternative="less").proportion_ci(0.95, method="exact")
    return float(both.low), float(both.high), float(one_sided.high)


def counted(rows: Iterable[Row]) -> dict[str, tuple[int, int]]:
    """IAPAR by species, as k of n: attacks in which the biometric answer was yes, of all of the species."""
    tried: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for row in rows:
        if row["pai_species"] is not None:
            tried[row["pai_species"]] += 1
            accepted[row["pai_species"]] += row["outcome"] == "accepted"
    return {species: (accepted[species], n) for species, n in sorted(tried.items())}


def differences(rows: Iterable[Row], summary: Mapping[str, Any]) -> list[str]:
    """What summary.json says otherwise than the rows do, in words. Bounds are written there with six digits."""
    found = []
    for species, (k, n) in counted(rows).items():
        told = summary["rates"][f"iapar[{species}]"]
        bounds = zip(interval(k, n), (told["lower"], told["upper"], told["upper_one_sided"]), strict=True)
        if (k, n) != (told["k"], told["n"]) or any(abs(ours - theirs) > 1e-5 for ours, theirs in bounds):
            found.append(f"iapar[{species}] is {k} of {n} by the rows, and {told['k']} of {told['n']} in the summary")
    return found


def got_in(rows: Iterable[Row]) -> list[Row]:
    """Attacks, injections and strangers that were accepted, the likest first."""
    through = (row for row in rows if row["kind"] != "bona_fide" and row["outcome"] == "accepted")
    return sorted(through, key=lambda row: (row["decision"]["dissimilarity"], row["id"]))


def visible(text: str) -> str:
    """Names of files are somebody else's text: what cannot be seen is written out."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def drawn(rows: Iterable[Row], limit: float) -> Figure:
    """The histograms as a picture, one above the other on the same axis."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    found = scores(rows)
    figure = Figure(figsize=(7, 1.2 + 1.1 * len(found)), layout="constrained")
    axes = figure.subplots(len(found) or 1, 1, sharex=True, squeeze=False)[:, 0]
    edges = [place * BIN for place in range(21)]
    for axis, (name, values) in zip(axes, found.items(), strict=False):
        axis.hist(values, bins=edges, color="0.4")
        axis.axvline(limit, color="tab:red", linestyle="--")
        axis.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
        axis.set_ylabel(visible(name), rotation=0, ha="right", va="center")
    axes[0].set_title(f"dissimilarity to the nearest account; left of the line, {limit}, is a match", fontsize="medium")
    return figure


def report(rows: list[Row], summary: Mapping[str, Any]) -> Iterator[str]:
    """All of it as lines of text."""
    limit = summary["policy"]["dissimilarity_max"]
    yield f"{len(rows)} rows under policy {summary['policy']['name']}; up to {limit} is a match"
    for name, values in scores(rows).items():
        yield f"\n{visible(name)}, {len(values)} compared"
        yield from bars(values, limit)
    yield "\nIAPAR, counted again from the rows"
    for species, (k, n) in counted(rows).items():
        lower, upper, at_most = interval(k, n)
        yield f"  {visible(species)}: {k} of {n}, {lower:.1%} to {upper:.1%}, at most {at_most:.1%}"
    through = got_in(rows)
    yield f"\n{len(through)} got in"
    for row in through:
        moved = f"{row['moved_minor']} {row['currency']} (minor units)" if row["moved_minor"] else "no money"
        yield (
            f"  {row['decision']['dissimilarity']:.3f}  {visible(row['id'])}"
            f"  as {visible(row['decision']['matched'])}, {moved}"
        )


def main(arguments: list[str]) -> int:
    """Say it, and whether the summary agrees."""
    parser = argparse.ArgumentParser(description="Read what a replay left behind.")
    parser.add_argument("run", type=Path, help="the folder that was --out")
    parser.add_argument("--png", type=Path, help="draw the scores into this file")
    asked = parser.parse_args(arguments)
    try:
        rows, summary = read(asked.run)
        lines, wrong = list(report(rows, summary)), differences(rows, summary)
        if asked.png:
            drawn(rows, summary["policy"]["dissimilarity_max"]).savefig(asked.png, dpi=120)
    except OSError as error:
        print(f"read_results: {error}", file=sys.stderr)
        return 2
    except (ValueError, KeyError, TypeError):
        print(f"read_results: {asked.run} does not hold what a replay writes", file=sys.stderr)
        return 2
    print("\n".join([*lines, "", *(wrong or ["summary.json says the same"])]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
