"""What each measure of a replay is: one sentence, the standard's term, and what the numbers cannot say.

Terms are those of ISO/IEC 19795-1 (performance testing) and ISO/IEC 30107-3:2023 (testing of presentation attack
detection). No clause is quoted: look them up by the term.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

SENTENCE = (
    "Files are simulated presentations or injections, not presentations to a camera in the sense of ISO/IEC 30107-3."
)
PERFORMANCE = "ISO/IEC 19795-1"
ATTACKS = "ISO/IEC 30107-3:2023"
OURS = "no standard's"
_DEPENDENT = (
    "Comparisons that share a probe or a reference are not independent: the interval takes them as if they were, and "
    "is too narrow."
)
_WHOLE_SYSTEM = "Counts the biometric answer; whether money moved is `paid`."


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure. `by` is what it may be asked for in brackets: `species`, `kind`, or nothing."""

    name: str
    title: str
    term: str
    """As the standard calls it."""
    standard: str
    counts: str
    """One sentence: what is counted, of what."""
    by: tuple[str, ...] = ()
    caution: str = ""

    def as_json(self) -> dict[str, str]:
        """For summary.json."""
        told = {name: text for name, text in asdict(self).items() if isinstance(text, str)}
        return {name: told[name] for name in ("title", "term", "standard", "counts", "caution")}


_ALL = (
    Definition(
        "fte", "FTE", "failure-to-enrol rate", PERFORMANCE,
        "Enrolments of the gallery that failed, of all that were tried.",
    ),
    Definition(
        "fta", "FTA", "failure-to-acquire rate", PERFORMANCE,
        "Attempts from which no face could be judged (exit status 12) or whose file could not be used (2), of all.",
        ("kind",),
    ),
    Definition(
        "fmr", "FMR", "false match rate", PERFORMANCE,
        "Comparisons of a face with somebody else's account that are within the policy's dissimilarity_max, of all "
        "such; probes are bona fide and zero-effort rows.",
        (), _DEPENDENT,
    ),
    Definition(
        "fnmr", "FNMR", "false non-match rate", PERFORMANCE,
        "Comparisons of a face with its own account that are beyond the policy's dissimilarity_max, of all such; "
        "probes are bona fide and zero-effort rows.",
        (), _DEPENDENT,
    ),
    Definition(
        "fpir", "FPIR", "false-positive identification rate", PERFORMANCE,
        "Identifications (no account claimed) of people who are not enrolled in which the Decision names anybody, of "
        "all that came to a comparison.",
        (), "Holds for a gallery of this size: with more people enrolled it is higher.",
    ),
    Definition(
        "fnir", "FNIR", "false-negative identification rate", PERFORMANCE,
        "Identifications (no account claimed) of people who are enrolled in which the Decision does not name them, of "
        "all that came to a comparison.",
        (), "Holds for a gallery of this size.",
    ),
    Definition(
        "far", "FAR", "false accept rate", PERFORMANCE,
        "Zero-effort attempts on a claimed account in which the Decision accepts, of all that came to a comparison.",
        (), "Failures to acquire are not among the trials here; with them the rate would be lower.",
    ),
    Definition(
        "frr", "FRR", "false reject rate", PERFORMANCE,
        "Bona fide presentations of people who are enrolled that are not accepted as them, for whatever reason, of all "
        "such; failures to acquire, smile and PAD included.",
        (), "Failures to enrol are not in it: it is not the standard's generalized false reject rate.",
    ),
    Definition(
        "bpcer", "BPCER", "bona fide presentation classification error rate", ATTACKS,
        "Bona fide presentations that PAD takes for attacks, of all that PAD was asked about.",
    ),
    Definition(
        "apcer", "APCER", "attack presentation classification error rate", ATTACKS,
        "Attacks of a species that PAD takes for bona fide, of all of the species that PAD was asked about; without a "
        "species, the maximum over species.",
        ("species",),
    ),
    Definition(
        "iapar", "IAPAR", "impostor attack presentation accept rate", ATTACKS,
        "Attacks of a species that are accepted, as anybody, of all of the species; without a species, the maximum.",
        ("species",),
        "Where no account is claimed, the standard's word is impostor attack presentation identification rate (IAPIR). "
        + _WHOLE_SYSTEM,
    ),
    Definition(
        "iapar_target", "IAPAR as the target", "impostor attack presentation accept rate", ATTACKS,
        "Attacks of a species that are accepted as the one they were meant for, of all of the species that were meant "
        "for somebody; without a species, the maximum.",
        ("species",),
    ),
    Definition(
        "riapar", "RIAPAR", "relative impostor attack presentation accept rate", ATTACKS,
        "1 + (IAPAR - (1 - FRR)), which is IAPAR + FRR: what a species gets through, and what that costs those who "
        "mean well; without a species, the maximum.",
        ("species",),
        "A sum of two rates; its bounds are sums of bounds of 97.5 % each, which hold together with at least 95 % "
        "(union bound).",
    ),
    Definition(
        "paid", "Payments", "payments made", OURS,
        "Attempts in which money moved, of all of the kind or species.",
        ("kind", "species"),
    ),
    Definition(
        "unexpected", "Unexpected", "rows against their expectation", OURS,
        "Rows that ended otherwise than the set's `expect` says, of all that expect something.",
    ),
)  # fmt: skip
DEFINITIONS = {told.name: told for told in _ALL}
"""Every measure, in the order in which they are told."""
PER_SPECIES = tuple(told.name for told in _ALL if "species" in told.by and "kind" not in told.by)
"""Those of which the one without a species is the maximum."""
