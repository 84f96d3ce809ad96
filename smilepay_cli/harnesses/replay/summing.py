"""What a run came to, in the form of summary.json (schemas/replay-summary.json)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from smilepay_cli.rules.replay.counting import UNUSABLE_FILE
from smilepay_cli.rules.replay.definitions import SENTENCE
from smilepay_cli.rules.replay.measures import Measure, measures, rates_json
from smilepay_cli.vocabulary.errors import ExpectationFailed, Reason
from smilepay_cli.vocabulary.results import Result
from smilepay_cli.vocabulary.trials import Kind

if TYPE_CHECKING:
    from smilepay_cli.rules.replay.baseline import Compared
    from smilepay_cli.rules.replay.gates import Verdict
    from smilepay_cli.rules.replay.rates import Rate
    from smilepay_cli.rules.replay.tally import Tally

SCHEMA = "smilepay-replay/1"


@dataclass(frozen=True, kw_only=True)
class ReplayResult(Result):
    """A run that is done. With a refusal (exit 30) where a gate or an expectation of the set did not hold."""

    summary: Mapping[str, Any]
    unexpected: Sequence[Mapping[str, Any]] = field(default=(), metadata={"private": True})
    """The first of the rows that are not as the set expects."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What was written, each with its whole path."""
    is_report: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is told of a run besides its counts."""

    made_at: str
    program: Mapping[str, Any]
    set: Mapping[str, Any]
    gallery: Mapping[str, Any]
    policy: Mapping[str, Any]
    seed: int
    carry_state: bool
    seconds: float
    images: int
    images_per_second: float
    cached: int
    """Images of which everything was known before."""
    retold: int
    """Trials that were run before under the very same conditions, and told again."""
    jobs: int
    problems: Sequence[str] = ()


def summed(
    facts: Facts,
    tally: Tally,
    *,
    enrolments: Rate | None = None,
    verdicts: Sequence[Verdict] = (),
    compared: Compared | None = None,
    baseline: str = "",
) -> dict[str, Any]:
    """As summary.json has it. `baseline` is the file that was `compared` with."""
    found = measures(tally, enrolments=enrolments)
    paid, unusable = sum(tally.rate("paid_by_kind", kind).k for kind in Kind), tally.rate("unusable").k
    return {
        "schema": SCHEMA,
        "made_at": facts.made_at,
        "program": dict(facts.program),
        "set": dict(facts.set),
        "gallery": dict(facts.gallery),
        "seed": facts.seed,
        "carry_state": facts.carry_state,
        "policy": dict(facts.policy),
        "rows": tally.rows,
        "paid": paid,
        "refused": tally.rows - paid - unusable,
        "unusable": unusable,
        "unexpected": tally.rate("unexpected").k,
        "expected": tally.rate("unexpected").n - tally.rate("unexpected").k,
        "seconds": round(facts.seconds, 3),
        "images": facts.images,
        "images_per_second": round(facts.images_per_second, 3),
        "cached": facts.cached,
        "retold": facts.retold,
        "jobs": facts.jobs,
        "rates": rates_json(found),
        "measures": [_told(measure) for measure in found],
        "species": [*_strangers(tally), *(_species(tally, name) for name in tally.species)],
        "reasons": _reasons(tally),
        "targets": _targets(tally),
        "histograms": tally.histograms(),
        "gates": [_gate(verdict) for verdict in verdicts],
        "baseline": _baseline(compared, baseline) if compared else None,
        "problems": list(facts.problems),
        "limits": [SENTENCE],
    }


def unmet(verdicts: Sequence[Verdict], unexpected: int) -> ExpectationFailed | None:
    """What is to be said where a gate failed, or a row contradicts its set; the first of each."""
    failed = [verdict for verdict in verdicts if not verdict.holds]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return ExpectationFailed(f"the gate {failed[0].gate.text} failed: {failed[0].key}: {failed[0].words}{more}")
    if unexpected:
        rows = "1 row is" if unexpected == 1 else f"{unexpected:,} rows are"
        return ExpectationFailed(f"{rows} not as the set expects", hint="each is in results.jsonl: as_expected false")
    return None


def _gate(verdict: Verdict) -> dict[str, Any]:
    told = verdict.as_json()
    renamed = {"text": told["gate"], "measure": told["measure"], "holds": told["holds"], "measured": told["figure"]}
    return {**renamed, "limit": told["limit"], "excess": told["excess"], "words": told["words"]}


def _told(measure: Measure) -> dict[str, Any]:
    definition = measure.definition
    return {
        "name": measure.name,
        "species": measure.group,
        "title": definition.term,
        "definition": definition.counts,
        "standard": definition.standard,
        **measure.as_json(),
        **({} if measure.fewest is None else {"fewest": measure.fewest}),
        "note": measure.note,
    }


def _strangers(tally: Tally) -> Iterator[dict[str, Any]]:
    """People who do nothing to look like somebody, told like a species of attack."""
    kind = Kind.ZERO_EFFORT.value
    tried, refused = tally.rate("fta", kind), tally.told("refused", kind, "")
    if not tried.n:
        return
    yield {
        "name": kind,
        "family": None,
        "n": tried.n,
        "not_acquired": tried.k,
        "no_match": refused.get(Reason.NO_MATCH.value, 0) + refused.get(Reason.AMBIGUOUS_MATCH.value, 0),
        "pad_denied": tally.rate("pad_denied", kind).k,
        "accepted": tally.rate("accepted", kind).k,
        "as_target": 0,
        "moved": tally.money("kind").get(kind, {}),
    }


def _species(tally: Tally, name: str) -> dict[str, Any]:
    early = tally.told("before_pad", name)
    asked = tally.rate("apcer", name)
    return {
        "name": name,
        "family": None,
        "n": tally.rate("iapar", name).n,
        "not_acquired": early.get("not acquired", 0) + early.get(UNUSABLE_FILE, 0),
        "no_match": early.get("not recognised", 0),
        "pad_denied": asked.n - asked.k,
        "accepted": tally.rate("iapar", name).k,
        "as_target": tally.rate("iapar_target", name).k,
        "moved": tally.money("species").get(name, {}),
    }


def _reasons(tally: Tally) -> dict[str, dict[str, int]]:
    """By kind. Of bona fide rows: why people who are enrolled were rejected."""
    reasons: dict[str, dict[str, int]] = {}
    for kind in Kind:
        told: Counter[str] = Counter()
        if kind is Kind.BONA_FIDE:
            told.update(tally.told("false_reject"))
        else:
            for species in tally.species if kind.is_attack else ("",):
                told.update(tally.told("refused", kind.value, species))
        if told:
            reasons[kind.value] = dict(told.most_common())
    return reasons


def _targets(tally: Tally) -> list[dict[str, Any]]:
    """Of attacks and injections, those who lost most first."""
    moved = tally.money("target")
    found = [
        {"name": name, "attempts": rate.n, "accepted": rate.k, "moved": moved.get(name, {})}
        for name in tally.groups("target")
        for rate in (tally.rate("target", name),)
    ]
    return sorted(found, key=lambda one: (-sum(one["moved"].values()), -one["accepted"], one["name"]))


def _baseline(compared: Compared, path: str) -> dict[str, Any]:
    """Better and worse as people mean it: more bona fide presentations, fewer others."""

    def words(accepted: bool, paid: bool, reason: str | None) -> str:
        return "paid" if paid else f"{'recognised, then ' if accepted else ''}{reason or 'refused'}"

    tests = []
    for pair in compared.pairs:
        gains = pair.kind == Kind.BONA_FIDE
        better, worse = (pair.only_now, pair.only_then) if gains else (pair.only_then, pair.only_now)
        told = {"kind": pair.kind, "aspect": pair.aspect, "n": pair.n, "better": better, "worse": worse}
        tests.append({**told, "p": float(f"{pair.p_value:.6g}")})
    changed = [
        {
            "id": change.id,
            "kind": change.kind,
            "before": words(change.accepted[0], change.paid[0], change.reason[0]),
            "after": words(change.accepted[1], change.paid[1], change.reason[1]),
        }
        for change in compared.changes
    ]
    lists = {name: list(getattr(compared, name)) for name in ("only_then", "only_now", "other_trials")}
    return {"path": path, "changed": changed, "tests": tests, **lists}
