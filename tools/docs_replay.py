"""The made parts of the page on what a replay measures: definitions, what n can show, fields of a result."""

from __future__ import annotations

import json
from typing import Any

from tools.docs_parts import PACKAGE, table

_LIMITS = (0.1, 0.05, 0.02, 0.01, 0.001, 0.0001)
_TRIALS = (10, 24, 59, 149, 299, 1000, 10_000)


def definitions() -> str:
    """Every measure by the name that gates use, with the standard's term."""
    from smilepay_cli.rules.replay.definitions import DEFINITIONS

    rows = (
        (
            f"`{told.name}`" + (f" by {' or '.join(told.by)}" if told.by else ""),
            f"{told.term} ({told.standard})",
            f"{told.counts} {told.caution}".strip(),
        )
        for told in DEFINITIONS.values()
    )
    return table(("measure", "the standard's term", "what is counted, of what"), rows)


def sentence() -> str:
    """What files are, as every report says it."""
    from smilepay_cli.rules.replay.definitions import SENTENCE

    return f"> {SENTENCE}\n"


def trials_needed() -> str:
    """How many trials without an error show a limit."""
    from smilepay_cli.rules.replay.rates import n_needed, percent

    return table(
        ("to show at most", "trials without an error"),
        ((f"{percent(limit)} %", f"{n_needed(limit):,}") for limit in _LIMITS),
    )


def shown_by() -> str:
    """What so many trials show, without an error and with one."""
    from smilepay_cli.rules.replay.rates import Rate, percent

    rows = ((f"{n:,}", *(f"{percent(Rate(k, n).upper_one_sided)} %" for k in (0, 1, 5))) for n in _TRIALS)
    return table(("trials", "no error shows at most", "1 error", "5 errors"), rows)


def result_fields() -> str:
    """The fields of a line of results.jsonl, from its JSON Schema."""
    schema: dict[str, Any] = json.loads((PACKAGE / "schemas" / "replay-result.json").read_text(encoding="utf-8"))
    rows = []
    for name, rule in schema["properties"].items():
        inner = ", ".join(f"`{key}`" for key in rule.get("properties", {}))
        rows.append((f"`{name}`", rule["description"] + (f": {inner}" if inner else "")))
    return table(("field", "what it says"), rows)
