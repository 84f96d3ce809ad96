"""Replays that never ran: rows as in results.jsonl and the summary that goes with them, for looks and sizes only."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

ATTACKS = {
    "print_halftone": ("attack", "print", 150, 0.10),
    "screen_moire": ("attack", "screen", 150, 0.02),
    "paper_mask": ("attack", "mask", 120, 0.0),
    "face_morph": ("attack", "morph", 60, 0.35),
    "exact_copy": ("injection", "copy", 8, 0.0),
}
"""Species: kind, family, trials, share that gets in."""
HOSTILE = "<script>alert(1)</script>\"'&amp;{{7*7}}\n\u202egpj.exe\x1b[31m # SKIP \\ \ud800\ufffe"
"""What somebody may call a file, a person or a species."""
DEFINITIONS = {
    "fta": ("failure-to-acquire rate", "bona fide attempts in which no usable face was found"),
    "fnir": ("false-negative identification rate", "enrolled people who were not told as who they are"),
    "fpir": ("false-positive identification rate", "strangers who were told as somebody"),
    "fmr": ("false match rate", "non-mated comparisons at or below the threshold"),
    "fnmr": ("false non-match rate", "mated comparisons above the threshold"),
    "bpcer": ("bona fide presentation classification error rate", "bona fide presentations that were denied"),
    "apcer": ("attack presentation classification error rate", "presentations of a species taken for bona fide"),
    "iapar": ("impostor attack presentation accept rate", "presentations of a species accepted as the target"),
}


def rows(count: int = 900, seed: int = 7, hostile: bool = False) -> Iterator[dict[str, Any]]:
    """`count` rows: a third bona fide, a sixth strangers, the rest attacks in equal order."""
    dice = random.Random(seed)  # noqa: S311
    people = [f"person{number:02d}" for number in range(30)]
    species = [name for name, (_, _, trials, _) in ATTACKS.items() for _ in range(trials)]
    for number in range(count):
        part = number % 6
        if part < 2:
            kind, pai, share = "bona_fide", None, 0.93
        elif part == 2:
            kind, pai, share = "zero_effort", None, 0.005
        else:
            pai = dice.choice(species)
            kind, share = ATTACKS[pai][0], ATTACKS[pai][3]
        yield _row(number, kind, pai, dice.choice(people), dice.random() < share, dice, hostile)


def _row(
    number: int, kind: str, pai: str | None, person: str, accepted: bool, dice: random.Random, hostile: bool
) -> dict[str, Any]:
    if hostile:
        person, pai = f"{person}{HOSTILE}", pai and f"{pai}{HOSTILE}"
    unusable = not accepted and dice.random() < 0.02
    honest = kind == "bona_fide"
    reason = None if accepted else dice.choice(["smile_not_shown"] * 3 + ["no_match"] * 2 + ["border", "no_face"])
    if unusable:
        reason = "bad_image"
    wanted = None if number % 5 == 4 else "accept" if honest else "refuse"
    near = (
        dice.gauss(0.3, 0.06) if honest else dice.gauss(0.62, 0.06) if kind == "zero_effort" else dice.gauss(0.36, 0.08)
    )
    exits = {None: 0, "smile_not_shown": 13, "border": 13, "no_match": 10, "no_face": 12, "bad_image": 2}
    return {
        "id": f"row-{number:06d}" + (HOSTILE if hostile else ""),
        "path": f"{kind}/{pai or 'faces'}/{person}/{number:06d}.jpg",
        "kind": kind,
        "pai_species": pai,
        "account": None,
        "subject": person,
        "tags": [],
        "expect": wanted,
        "as_expected": None if wanted is None else accepted == (wanted == "accept"),
        "outcome": "accepted" if accepted else "unusable" if unusable else "refused",
        "exit": exits[reason],
        "reason": reason,
        "message": None if accepted else f"it was {reason}" + (HOSTILE if hostile else ""),
        "decision": {
            "matched": person if accepted else None,
            "nearest": person,
            "dissimilarity": round(near, 6),
            "runner_up": "person30",
            "margin": round(dice.random() / 4, 6),
        },
        "pad": "bona_fide" if accepted else "attack" if exits[reason] == 13 else None,
        "amount_minor": 100,
        "currency": "EUR",
        "moved_minor": 100 if accepted else 0,
        "payer": person if accepted else None,
        "checks": [{"name": "match", "passed": reason != "no_match", "figures": {}}],
        "digests": [f"{number:064x}"],
        "event": {"id": f"evt_{number:06d}", "seq": number + 1, "hash": f"{number:064x}"},
    }


def measure(name: str, species: str | None, k: int, n: int, note: str | None = None) -> dict[str, Any]:
    """One measure with exact limits."""
    from scipy.stats import beta

    title, definition = DEFINITIONS[name]
    standard = "ISO/IEC 30107-3" if name in ("bpcer", "apcer", "iapar") else "ISO/IEC 19795-1"
    return {
        "name": name, "species": species, "title": title, "definition": definition, "standard": standard,
        "k": k, "n": n, "rate": k / n if n else None,
        "lower": None if not n else float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0,
        "upper": None if not n else float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0,
        "upper_one_sided": None if not n else float(beta.ppf(0.95, k + 1, n - k)) if k < n else 1.0,
        "note": note,
    }  # fmt: skip


_FIGURES = ("k", "n", "rate", "lower", "upper", "upper_one_sided")


def summary(of: list[dict[str, Any]], *, seed: int = 7) -> dict[str, Any]:
    """What a run of these rows would have been summed up to."""
    dice = random.Random(seed)  # noqa: S311
    kinds = Counter(row["kind"] for row in of)
    found = {
        name: [row for row in of if row["pai_species"] == name] for name in {r["pai_species"]: 0 for r in of} if name
    }
    found = dict(sorted(found.items()))
    found["zero_effort"] = [row for row in of if row["kind"] == "zero_effort"]
    honest = [row for row in of if row["kind"] == "bona_fide"]
    unexpected = sum(row["as_expected"] is False for row in of)
    measures = _measures(found, honest)
    most = max((m["upper_one_sided"] for m in measures if m["name"] == "iapar"), default=0.0)
    return {
        "schema": "smilepay-replay/1",
        "made_at": "2026-11-28T12:00:00.000Z",
        "program": {
            "version": "0.4.0", "python": "3.12.4", "engine": "fast", "maker": "sample data: no engine made this",
            "landmarks": "68 points", "pad_model": None,
        },
        "set": {"path": "SAMPLE DATA/set.csv", "digest": "5a" * 32, "rows": len(of), "kinds": dict(kinds)},
        "gallery": {"from": "wallet", "accounts": 30, "digest": "6b" * 32},
        "seed": seed,
        "carry_state": False,
        "policy": {
            "name": "standard", "scheme": "quartet", "dissimilarity_max": 0.46, "margin": 0.05, "smile": "still",
            "deny_cues": ["border", "fine_pattern"], "replay_check": True, "payment_max": None, "pin_above": "50.00",
        },
        "rows": len(of),
        "refused": sum(row["outcome"] == "refused" for row in of),
        "paid": sum(row["outcome"] == "accepted" for row in of),
        "unusable": sum(row["outcome"] == "unusable" for row in of),
        "unexpected": unexpected,
        "expected": sum(row["as_expected"] is True for row in of),
        "seconds": 38.25, "images": len(of), "images_per_second": round(len(of) / 38.25, 2), "cached": 0, "retold": 0,
        "jobs": 2,
        "rates": {
            m["name"] + (f"[{m['species']}]" if m["species"] else ""): {name: m[name] for name in _FIGURES}
            for m in measures
        },
        "measures": measures,
        "species": [_species(name, rows) for name, rows in found.items()],
        "reasons": {
            kind: dict(Counter(row["reason"] for row in of if row["kind"] == kind and row["reason"])) for kind in kinds
        },
        "targets": _targets([row for row in of if row["kind"] != "bona_fide"]),
        "histograms": _histograms(of, dice),
        "gates": [
            _gate("fnir <= 0.1", True, 0.0812, 0.1),
            _gate("iapar <= 0.02", most <= 0.02, most, 0.02),
        ],
        "baseline": None,
        "problems": [],
        "limits": [
            "files are simulated presentations or injections: no presentation before a camera was tested",
            "each row is an independent trial; intervals assume it, and pictures of one person are alike",
        ],
    }  # fmt: skip


def _gate(text: str, holds: bool, measured: float, limit: float) -> dict[str, Any]:
    words = f"the upper bound is {measured:.4f}, " + ("within" if holds else "over") + f" {limit:g}"
    return {"text": text, "holds": holds, "measured": measured, "limit": limit, "words": words}


def _measures(found: dict[str, list[dict[str, Any]]], honest: list[dict[str, Any]]) -> list[dict[str, Any]]:
    strangers = found["zero_effort"]
    totals = [
        measure("fta", None, sum(r["exit"] == 12 for r in honest), len(honest)),
        measure("fnir", None, sum(r["exit"] == 10 for r in honest), len(honest)),
        measure("fpir", None, sum(r["outcome"] == "accepted" for r in strangers), len(strangers)),
        measure("fmr", None, 2, 26100),
        measure("fnmr", None, 3, 900),
        measure("bpcer", None, sum(r["exit"] == 13 for r in honest), len(honest)),
    ]
    for name, rows_of in found.items():
        if name == "zero_effort":
            continue
        got_in = sum(row["outcome"] == "accepted" for row in rows_of)
        note = None if len(rows_of) >= 59 else f"n = {len(rows_of)} cannot carry a claim of 5 %: 59 trials would"
        totals.append(measure("apcer", name, min(len(rows_of), got_in + len(rows_of) // 10), len(rows_of)))
        totals.append(measure("iapar", name, got_in, len(rows_of), note))
    return totals


def _species(name: str, of: list[dict[str, Any]]) -> dict[str, Any]:
    accepted = [row for row in of if row["outcome"] == "accepted"]
    return {
        "name": name,
        "family": ATTACKS[name][1] if name in ATTACKS else None,
        "n": len(of),
        "not_acquired": sum(row["exit"] in (2, 12) for row in of),
        "no_match": sum(row["exit"] == 10 for row in of),
        "pad_denied": sum(row["exit"] == 13 for row in of),
        "accepted": len(accepted),
        "as_target": len(accepted),
        "moved": {"EUR": sum(row["moved_minor"] for row in accepted)} if accepted else {},
    }


def _targets(of: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in of:
        by_name.setdefault(row["subject"], []).append(row)
    return [
        {
            "name": name,
            "attempts": len(rows_of),
            "accepted": sum(row["outcome"] == "accepted" for row in rows_of),
            "moved": {"EUR": sum(row["moved_minor"] for row in rows_of)},
        }
        for name, rows_of in sorted(by_name.items())
    ]


def _histograms(of: list[dict[str, Any]], dice: random.Random) -> dict[str, Any]:
    def pairs(values: list[float]) -> list[list[int]]:
        return [list(pair) for pair in sorted(Counter(int(max(value, 0) / 0.002 - 1e-9) for value in values).items())]

    near = {
        kind: [row["decision"]["dissimilarity"] for row in of if row["kind"] == kind]
        for kind in ("bona_fide", "attack")
    }
    return {
        "bin": 0.002,
        "mated": pairs(near["bona_fide"]),
        "non_mated": pairs([dice.gauss(0.7, 0.09) for _ in range(29 * len(near["bona_fide"]))]),
        "attacks": pairs(near["attack"]),
    }
