"""Calibrating: numbers are chosen on one half of the people and told of the other, or refused."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from smilepay_cli.harnesses.calibration.half import Half, HalfFigures, LookAlike, half_of
from smilepay_cli.harnesses.calibration.looking import Frames, Looked, looked_at
from smilepay_cli.ports import Progress
from smilepay_cli.rules.calibration.choosing import Needed, needed, shows_at_best, threshold_for
from smilepay_cli.rules.calibration.figures import Figure, figure
from smilepay_cli.rules.calibration.halves import halves
from smilepay_cli.rules.calibration.policy_text import Numbers, plain, policy_text
from smilepay_cli.rules.calibration.searches import margin_for, margins
from smilepay_cli.rules.policy_files import extend, weaker_fields
from smilepay_cli.rules.profiles import THRESHOLDS, profile
from smilepay_cli.rules.replay.rates import percent
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.originals import LeftOut, Original
from smilepay_cli.vocabulary.results import Refusal, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

TOO_FEW = "too_few_comparisons"
TOO_ALIKE = "people_too_alike"
NOBODY = "nobody_recognised"
CONTRADICTED = "report_half_contradicts"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateRequest:
    """What is asked for. The till's policy is the one that is extended, by its name."""

    target: float
    """FMR, above 0."""
    seed: int
    report_share: float
    name: str
    """Of the policy, for the file's heading."""
    version: str


@dataclass(frozen=True, kw_only=True)
class CalibrateResult(Result):
    """The numbers and what they rest on. With a refusal (exit 30) there is no policy, and the figures say why."""

    name: str
    target_fmr: float
    seed: int
    report_share: float
    extends: str
    scheme: str
    people: int
    images: int
    """With a usable face, each once."""
    not_acquired: Figure
    """Failures to acquire, of all pictures that are no copies."""
    reasons: Mapping[str, int]
    """Why pictures were left out."""
    left_out: tuple[LeftOut, ...]
    dissimilarity_max: float | None = None
    margin: float | None = None
    extended: Mapping[str, float]
    """The two numbers of the policy that is extended."""
    tune: HalfFigures
    report: HalfFigures
    needed: Needed | None = None
    """What it would take, where the data do not do."""
    look_alikes: tuple[LookAlike, ...]
    """The nearest comparisons of different people of the tune half: they may be one person under two names."""
    weaker: tuple[str, ...] = ()
    """In what the policy asks for less than `standard`."""
    policy: str | None = None
    """The text of the file."""
    file: str | None = None
    """Where it was written to."""
    is_report: ClassVar[bool] = True


def silent(done: int, total: int) -> None:
    """Nobody is told how far it is."""


def calibrate(
    till: Till,
    originals: Sequence[Original],
    frames: Frames,
    request: CalibrateRequest,
    looking: Progress = silent,
    comparing: Progress = silent,
) -> CalibrateResult:
    """Look, split, choose, check. Writes nothing.

    Raises UsageProblem where there are no two people with a usable face, or no mated comparison at all.
    """
    looked, left_out = looked_at(till, originals, frames, looking)
    pictures = Counter(one.person for one in looked)
    if len(pictures) < 2 or max(pictures.values()) < 2:
        raise _unusable(pictures, left_out)
    tune_names, report_names = halves(pictures, request.seed, request.report_share)
    base = till.policy
    tune = half_of(_of(tune_names, looked), till.scheme, target=request.target, within=base.dissimilarity_max,
                   progress=comparing)  # fmt: skip
    threshold = threshold_for(tune.comparisons, request.target) if tune.comparisons.non_mated else None
    margin = None
    if threshold is not None:
        most = max(margin for _, margin in THRESHOLDS[base.scheme].values())
        margin = margin_for(tune.searches, threshold, margins(base.margin, most))
    widest = max(base.dissimilarity_max, threshold or 0.0)
    report = half_of(_of(report_names, looked), till.scheme, target=request.target, within=widest, progress=comparing)
    extended = (base.dissimilarity_max, base.margin)
    chosen = (threshold, margin) if threshold is not None and margin is not None else None
    result = CalibrateResult(
        name=request.name,
        target_fmr=request.target,
        seed=request.seed,
        report_share=request.report_share,
        extends=base.name,
        scheme=base.scheme,
        people=len(pictures),
        images=len(looked),
        not_acquired=_not_acquired(len(looked), left_out),
        reasons=dict(Counter(one.reason for one in left_out).most_common()),
        left_out=tuple(left_out),
        dissimilarity_max=threshold,
        margin=margin,
        extended={"dissimilarity_max": base.dissimilarity_max, "margin": base.margin},
        tune=tune.figures(chosen, extended),
        report=report.figures(chosen, extended),
        look_alikes=tune.look_alikes(),
    )
    return _judged(result, tune, till, request, looked)


def _judged(
    result: CalibrateResult, tune: Half, till: Till, request: CalibrateRequest, looked: Sequence[Looked]
) -> CalibrateResult:
    """The result with its policy, or with the reason why there is none."""
    refusal = _refusal(result, tune, request)
    if refusal is not None:
        too_few = refusal.reason == TOO_FEW
        missing = needed(tune.comparisons, request.target, request.report_share) if too_few else None
        return replace(result, refusal=refusal, needed=missing)
    assert result.dissimilarity_max is not None and result.margin is not None
    numbers = Numbers(
        extends=result.extends,
        scheme=result.scheme,
        dissimilarity_max=result.dissimilarity_max,
        margin=result.margin,
    )
    heading = f"{request.name}: a policy by smilepay calibrate ({request.version}), {till.clock.now():%Y-%m-%d}"
    text = policy_text(numbers, heading, list(_notes(result, till, looked)))
    policy = extend(tomllib.loads(text), request.name, result.scheme)
    weaker = weaker_fields(policy, profile("standard", result.scheme))
    return replace(result, policy=text, weaker=tuple(weaker))


def _refusal(result: CalibrateResult, tune: Half, request: CalibrateRequest) -> Refusal | None:
    target = f"{percent(request.target)} %"
    if not tune.comparisons.non_mated or shows_at_best(tune.comparisons) > request.target:
        return _too_few(tune, request)
    if result.dissimilarity_max is None:
        nearest = result.look_alikes[0]
        return _no(
            TOO_ALIKE,
            f"no threshold keeps the FMR within {target}: different people's pictures are the same to the engine",
            f"is it one person under two names? {nearest.one} and {nearest.other}",
        )
    chosen = result.tune.chosen
    assert chosen is not None and result.report.chosen is not None
    if chosen.fnmr.k == chosen.fnmr.n:
        return _no(
            NOBODY,
            f"at {plain(result.dissimilarity_max)}, the threshold for {target}, no picture of the tune half matches "
            "another of the same person",
            "take a higher target, or better pictures",
        )
    seen = result.report.chosen.fmr
    if seen.lower > request.target:
        return _no(
            CONTRADICTED,
            f"the report half contradicts the target of {target}: FMR {seen} at {plain(result.dissimilarity_max)}",
            "the halves differ: look at the pictures that are most alike, use more people, or take a lower target",
        )
    return None


def _too_few(tune: Half, request: CalibrateRequest) -> Refusal:
    comparisons = tune.comparisons
    missing = needed(comparisons, request.target, request.report_share)
    has = "no non-mated comparison"
    if comparisons.non_mated:
        worth = comparisons.non_mated / comparisons.non_mated_effect(0)
        has = (
            f"{comparisons.non_mated:,} non-mated comparisons of {comparisons.people:,} people, worth {worth:,.0f} "
            f"if they were independent: {percent(shows_at_best(comparisons))} % at best"
        )
    return _no(
        TOO_FEW,
        f"an FMR of {percent(request.target)} % takes {missing.independent:,} independent non-mated comparisons "
        f"without an error in the tune half; it has {has}",
        f"about {missing.non_mated:,} comparisons such as these would do, from some {missing.people:,} people with as "
        f"many pictures each: {missing.people_in_all:,} people in both halves",
    )


def _no(reason: str, message: str, hint: str) -> Refusal:
    return Refusal(reason, ExitStatus.EXPECTATION_FAILED, message, hint)


def _notes(result: CalibrateResult, till: Till, looked: Sequence[Looked]) -> Iterable[str]:
    """What a file says of itself, for whoever opens it in a year. Names of people are not in it."""
    digest = sha256("".join(sorted(one.pixel_digest for one in looked)).encode()).hexdigest()
    assert result.dissimilarity_max is not None and result.margin is not None
    yield (
        f"Target: FMR {percent(result.target_fmr)} % at most, by the one-sided 95 % upper bound on the tune half. "
        f"Seed {result.seed}, {percent(result.report_share)} % of the people in the report half."
    )
    yield (
        f"Pictures: {result.images:,} of {result.people:,} people; {result.not_acquired.k:,} more without a usable "
        f"face. SHA-256 over their pixel digests: {digest}"
    )
    yield f"Engine: {till.engine.name}, {till.engine.maker.digest}"
    for name, half in (("Tune half", result.tune), ("Report half", result.report)):
        told = half.chosen
        assert told is not None
        yield f"{name}: FMR {told.fmr}, FNMR {told.fnmr}; {half.people:,} people"
        yield f"{name}, 1:{half.people:,}: FPIR {told.fpir}, FNIR {told.fnir}, refused by the margin {told.ambiguous}"
    yield (
        f"{result.extends} has dissimilarity_max {plain(result.extended['dissimilarity_max'])} and margin "
        f"{plain(result.extended['margin'])}. In brackets: rate and 95 % interval. Other pictures have other rates."
    )


def _not_acquired(used: int, left_out: Sequence[LeftOut]) -> Figure:
    failed = sum(one.reason not in ("same_picture", "two_names") for one in left_out)
    return figure(failed, used + failed)


def _of(names: Sequence[str], looked: Sequence[Looked]) -> list[Looked]:
    wanted = set(names)
    return [one for one in looked if one.person in wanted]


def _unusable(pictures: Mapping[str, int], left_out: Sequence[LeftOut]) -> UsageProblem:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in Counter(o.reason for o in left_out).most_common())
    what = "no two people" if len(pictures) < 2 else "nobody with two pictures"
    return UsageProblem(
        f"calibrating needs pictures of different people, and two or more of some; there is {what} with a usable face"
        + (f" (left out: {reasons})" if reasons else ""),
        hint="a folder for each person: FOLDER/NAME/1.jpg",
        reason="too_few_people",
    )
