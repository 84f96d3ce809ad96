"""The figures of `python -m benchmarks.liveness` for people, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.accuracy.__main__ import rows as markdown
from benchmarks.accuracy.report import told

RULES = {
    "width": "width of the mouth alone, 0.9",
    "logistic": "`smile_z_min`, the mouth by itself",
    "against_relaxed": "against the relaxed face as enrolled",
}
SETS = {"london": "London (one sitting)", "lfw": "LFW (other days, facing ahead)"}


def tables(record: Mapping[str, Any]) -> str:
    """All of them, with a title each."""
    parts = (
        ("Smiles, reporting halves", smiles_table(record)),
        ("Stills of people under `standard`", people_table(record)),
        ("Stills of pictures", stills_table(record)),
        ("Slide shows of two portraits under `strict` with the challenge `smile`", slides_table(record)),
        ("Captures under `strict` with the challenge `smile`", captures_table(record)),
    )
    return "\n\n".join(f"{title}\n\n{table}" for title, table in parts)


def smiles_table(record: Mapping[str, Any]) -> str:
    """One row a set and rule."""
    rows = []
    for name, title in SETS.items():
        for rule, words in RULES.items():
            found = record["smiles"]["rates"][name]["reporting"][rule]
            kinds = ("smiling_refused", "smiling_refused_with_retakes", "relaxed_accepted")
            rows.append((title, words, *(told(found[kind]) for kind in kinds)))
    head = ("set", "rule", "smiling refused", "the same, with pictures taken anew", "relaxed accepted")
    return markdown(head, rows)


def people_table(record: Mapping[str, Any]) -> str:
    """One row a kind of trial."""
    words = {
        "smiling": "the person, smiling",
        "neutral": "the person, relaxed",
        "strangers_smiling": "somebody who is not enrolled, smiling",
        "strangers_neutral": "the same, relaxed",
        "claims_of_others": "somebody else who claims the account, smiling",
    }
    kinds = record["stills"]["people"]
    rows = [(title, told(kinds[kind]["paid"]), _answers(kinds[kind]["answers"])) for kind, title in words.items()]
    return markdown(("who pays", "paid", "answers"), rows)


def stills_table(record: Mapping[str, Any]) -> str:
    """One row a species: how many were paid in each column."""
    return _paid_table(record["stills"]["attacks"])


def slides_table(record: Mapping[str, Any]) -> str:
    """One row a species of slide show: how many were paid in each column."""
    return _paid_table(record["stills"]["slide_shows"])


def captures_table(record: Mapping[str, Any]) -> str:
    """One row a species: how many were paid in each column."""
    return _paid_table(record["captures"]["species"])


def _paid_table(species: Mapping[str, Mapping[str, Any]]) -> str:
    columns = list(next(iter(species.values())))
    rows = [
        (name, *(f"{found[column]['paid']['k']} of {found[column]['paid']['n']}" for column in columns))
        for name, found in species.items()
    ]
    return markdown(("paid by", *(column.replace("_", " ") for column in columns)), rows)


def _answers(answers: Mapping[str, int]) -> str:
    return ", ".join(f"{count} `{reason}`" for reason, count in sorted(answers.items(), key=lambda item: -item[1]))
