"""Every figure of accuracy in one table of plain values, and that table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.accuracy.parity import Parity, compare
from benchmarks.accuracy.photos import SETS, Photo, evaluation, halves, samples, scenes
from benchmarks.accuracy.rates import comparisons, searches
from smilepay_cli.adapters.capture.images import decode_image
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.reference import ReferenceEngine
from smilepay_cli.rules.profiles import THRESHOLDS
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.schemes import SCHEMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = "smilepay-accuracy/1"
FPIRS = (0.01, 0.05, 0.10)
HARD, STUDIO = SETS
"""Grey crops of faces caught anywhere; colour portraits of a studio."""


def measure(folder: Path) -> dict[str, Any]:
    """Everything, on the sample faces and, where there is one, the evaluation folder. `folder` keeps the models."""
    photos = [*samples(), *(photo for name in SETS for photo in evaluation(name))]
    parity = compare(photos, FastEngine("euclidean", folder), ReferenceEngine())
    schemes = {name: scheme_rates(name, folder) for name in SCHEMES} if evaluation(HARD) else {}
    return {
        "format": FORMAT,
        "parity": parity_figures(parity),
        "false_finds": as_figures(false_finds(FastEngine("euclidean", folder))),
        "schemes": schemes,
    }


def parity_figures(parity: Parity) -> dict[str, Any]:
    """As plain values."""
    counts = ("photos", "found_by_both", "found_by_reference_only", "found_by_fast_only", "fewer_faces")
    flips = ("same_chip_flips", "pipeline_flips", "moved_flips")
    return {
        **{name: getattr(parity, name) for name in counts},
        "same_chip_l2": float(f"{parity.same_chip_l2:.2g}"),
        "pipeline_l2": [round(value, 4) for value in parity.pipeline_l2],
        "moved_l2": [round(value, 4) for value in parity.moved_l2],
        **{name: {str(at): as_figures(rate) for at, rate in getattr(parity, name).items()} for name in flips},
    }


def scheme_rates(name: str, folder: Path) -> dict[str, Any]:
    """Error rates of one scheme: by halves of the people of the hard set, and on the studio portraits."""
    engine = FastEngine(name, folder)
    tuning, reporting = halves(evaluation(HARD))
    rates = {"tuning": _hard_rates(engine, tuning), "reporting": _hard_rates(engine, reporting)}
    return {**rates, "studio": _pairs(engine, evaluation(STUDIO))}


def false_finds(engine: FastEngine) -> Rate:
    """Pictures of nobody on which a face is found."""
    paths = scenes()
    pictures = (decode_image(path.read_bytes(), path.name) for path in paths)
    return Rate(sum(bool(engine.detect(pixels).found) for pixels in pictures), len(paths))


def _hard_rates(engine: FastEngine, photos: Iterable[Photo]) -> dict[str, Any]:
    photos = list(photos)
    templates, people = templates_of(engine, photos)
    scheme = SCHEMES[engine.maker.scheme]
    found: dict[str, Any] = {"no_face": as_figures(Rate(len(photos) - len(people), len(photos)))}
    for references in (1, 2):
        trials = searches(templates, people, scheme, references)
        key = "one_reference" if references == 1 else "two_references"
        found[key] = {f"{f:g}": as_figures(trials.false_negatives(trials.threshold_at(f))) for f in FPIRS}
    trials = searches(templates, people, scheme)
    found["policies"] = {
        policy: {
            "dissimilarity_max": threshold,
            "fnir": as_figures(trials.false_negatives(threshold)),
            "fpir": as_figures(trials.false_positives(threshold)),
        }
        for policy, (threshold, _) in THRESHOLDS[scheme.name].items()
    }
    return {**found, **_pair_rates(templates, people, scheme.name)}


def _pairs(engine: FastEngine, photos: Iterable[Photo]) -> dict[str, Any]:
    return _pair_rates(*templates_of(engine, photos), engine.maker.scheme)


def _pair_rates(templates: NDArray[Any], people: list[str], scheme: str) -> dict[str, Any]:
    mated, non_mated = comparisons(templates, people, SCHEMES[scheme])
    return {
        "pairs": {
            policy: {
                "fmr": as_figures(Rate(int((non_mated <= threshold).sum()), len(non_mated))),
                "fnmr": as_figures(Rate(int((mated > threshold).sum()), len(mated))),
            }
            for policy, (threshold, _) in THRESHOLDS[scheme].items()
        }
    }


def templates_of(engine: FastEngine, photos: Iterable[Photo]) -> tuple[NDArray[Any], list[str]]:
    """(n, 128) templates of the photos on which a face is found, and whose they are."""
    import numpy as np

    scheme = SCHEMES[engine.maker.scheme]
    templates, people = [], []
    for photo in photos:
        pixels = photo.pixels
        if found := engine.detect(pixels).found:
            templates.append(scheme.template(engine.descriptors([(pixels, found[0].box)])[0]))
            people.append(photo.person)
    return np.stack(templates), people


def as_figures(rate: Rate) -> dict[str, Any]:
    """k, n, rate and interval as plain values."""
    low, high = rate.interval
    return {"k": rate.k, "n": rate.n, "rate": round(rate.value, 6), "lower": round(low, 6), "upper": round(high, 6)}


def told(figures: Mapping[str, Any]) -> str:
    """`37 of 180: 20.6 % (14.9 to 27.2)`."""
    rate, low, high = (100 * figures[name] for name in ("rate", "lower", "upper"))
    return f"{figures['k']:,} of {figures['n']:,}: {rate:.3g} % ({low:.3g} to {high:.3g})"


def parity_table(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows: what, the fast engine, face_recognition with its own box moved by 3 pixels."""
    parity = record["parity"]
    rows: list[tuple[str, ...]] = [
        ("descriptor of the same chip, largest distance", f"{parity['same_chip_l2']:.1e}", ""),
        *(
            (f"pairs decided otherwise at {at}, same boxes and chips", told(figures), "")
            for at, figures in parity["same_chip_flips"].items()
        ),
        (
            "descriptor through the whole pipeline, median and largest distance",
            " and ".join(map(str, parity["pipeline_l2"])),
            " and ".join(map(str, parity["moved_l2"])),
        ),
        *(
            (f"pairs decided otherwise at {at}, whole pipeline", told(figures), told(parity["moved_flips"][at]))
            for at, figures in parity["pipeline_flips"].items()
        ),
        (f"photos of {parity['photos']} with fewer faces found, looked at as closely", str(parity["fewer_faces"]), ""),
        ("photos with a face that face_recognition does not find", str(parity["found_by_fast_only"]), ""),
        ("pictures of nobody with a face found", told(record["false_finds"]), ""),
    ]
    return rows


def rates_table(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows, one a scheme: FNIR at FPIR 5 % on both halves, with one reference and with two, and FMR, FNMR."""
    rows: list[tuple[str, ...]] = []
    for name, rates in record["schemes"].items():
        reporting = rates["reporting"]
        standard = reporting["pairs"]["standard"]
        rows.append(
            (
                name,
                told(rates["tuning"]["one_reference"]["0.05"]),
                told(reporting["one_reference"]["0.05"]),
                told(reporting["two_references"]["0.05"]),
                told(standard["fmr"]),
                told(standard["fnmr"]),
            )
        )
    return rows
