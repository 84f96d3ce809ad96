"""The made parts of the page on smile and life: limits from the rules, figures from benchmarks/liveness.json."""

from __future__ import annotations

import json
from typing import Any

from tools.docs_console import ROOT
from tools.docs_parts import table

RECORD = ROOT / "benchmarks" / "liveness.json"


def smiles() -> str:
    """Each rule on the reporting halves."""
    from benchmarks.liveness.tables import smiles_table

    return smiles_table(_record()) + "\n"


def quality_limits() -> str:
    """What a face has to measure."""
    from smilepay_cli.rules import quality

    rows = (
        ("luminance mean", f"{quality.LUMINANCE_MIN:g} to {quality.LUMINANCE_MAX:g}", "`too_dark`, `too_bright`"),
        ("under-exposure (share of black)", f"at most {quality.UNDER_EXPOSURE_MAX:g}", "`too_dark`"),
        ("over-exposure (share of white)", f"at most {quality.OVER_EXPOSURE_MAX:g}", "`too_bright`"),
        ("dynamic range", f"at least {quality.DYNAMIC_RANGE_MIN:g} bit", "`too_dark`, `too_bright`"),
        ("sharpness (fine against coarser detail)", f"at least {quality.SHARPNESS_MIN:g}", "`blurred`"),
        ("mouth occlusion (edges along the lips)", f"at least {quality.MOUTH_CONTRAST_MIN:g}", "`mouth_covered`"),
        ("width of the face", "`face_width_min`", "`face_too_small`"),
        ("head pose, yaw", "at most 20°, where a smile is asked for", "`turned_away`"),
    )
    return table(("measure", "limit", "else 12"), rows)


def cues() -> str:
    """Every deny cue, where it is on, and how often it errs."""
    from smilepay_cli.rules.cues.registry import CUES
    from smilepay_cli.rules.profiles import PROFILES

    rows = [
        (
            f"`{name}`",
            cue.what,
            ", ".join(policy for policy in PROFILES if name in PROFILES[policy].deny_cues),
            cue.source,
        )
        for name, cue in CUES.items()
    ]
    return table(("cue", "denies", "on in", "limit, and how often it errs"), rows)


def people_paid() -> str:
    """Stills of people under `standard`."""
    from benchmarks.liveness.tables import people_table

    return people_table(_record()) + "\n"


def stills_paid() -> str:
    """Stills of forged pictures."""
    from benchmarks.liveness.tables import stills_table

    return stills_table(_record()) + "\n"


def slides_paid() -> str:
    """Two portraits before a camera, under `strict`."""
    from benchmarks.liveness.tables import slides_table

    return slides_table(_record()) + "\n"


def captures_paid() -> str:
    """Captures under `strict`."""
    from benchmarks.liveness.tables import captures_table

    return captures_table(_record()) + "\n"


def smile_rates() -> list[tuple[str, int, int]]:
    """For the README's limits: question, hits, trials."""
    paid = _record()["stills"]["people"]
    smiling, neutral = paid["smiling"]["paid"], paid["neutral"]["paid"]
    return [
        ("A person smiles, often with closed lips: refused?", smiling["n"] - smiling["k"], smiling["n"]),
        ("A person does not smile: paid all the same?", neutral["k"], neutral["n"]),
    ]


def whole_prints() -> str:
    """How many pictures that fill the view were paid out of: `40 of 50`."""
    attacks = _record()["stills"]["attacks"]
    paid = [attacks[name]["standard"]["paid"] for name in ("print_full_frame", "screen_full_frame")]
    return f"{sum(one['k'] for one in paid)} of {sum(one['n'] for one in paid)}"


def _record() -> Any:
    return json.loads(RECORD.read_text(encoding="utf-8"))
