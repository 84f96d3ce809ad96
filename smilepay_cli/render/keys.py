"""The master key for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.render.text import plural

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.keys import KeyResult


def show_key(result: KeyResult, paper: Paper) -> None:
    """Where it is, and against whom that protects."""
    key = result.key
    if result.changed:
        people = plural(result.people, "person", "people")
        ok(paper, f"a new master key, in the {key.store}; the keys of {people} are wrapped by it")
    elif key.made:
        paper.line(f"the master key is in the {key.store}")
    else:
        paper.line(f"there is no key yet; it will be in the {key.store}")
    paper.line((f"  {key.place}", "dim"))
    paper.line((f"  protects {result.protects}", "dim"))
    if result.changed:
        paper.line(("  copies of the wallet from before open with the old key only, which is gone", "dim"))
    for place in key.leftovers:
        paper.line((f"  ! an old key may lie still at {place}", "yellow"))
    if key.leftovers and not result.changed:
        next_step(paper, "smilepay wallet key --rotate")
