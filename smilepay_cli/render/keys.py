"""The master key for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smilepay_cli.render.flow import next_step, ok
from smilepay_cli.vocabulary.language import marked, tr, trn

if TYPE_CHECKING:
    from smilepay_cli.render.paper import Paper
    from smilepay_cli.verbs.keys import KeyResult

_STORES = {"file": marked("file"), "keyring": marked("keyring")}


def show_key(result: KeyResult, paper: Paper) -> None:
    """Where it is, and against whom that protects."""
    key = result.key
    if result.changed:
        people = trn(result.people, "{count} person", "{count} people")
        ok(
            paper,
            tr(
                "a new master key, in the {store}; the keys of {people} are wrapped by it",
                store=tr(_STORES.get(key.store, key.store)),
                people=people,
            ),
        )
    elif key.made:
        paper.line(tr("the master key is in the {store}", store=tr(_STORES.get(key.store, key.store))))
    else:
        paper.line(tr("there is no key yet; it will be in the {store}", store=tr(_STORES.get(key.store, key.store))))
    paper.line((f"  {key.place}", "dim"))
    paper.line((tr("  protects {protects}", protects=tr(result.protects)), "dim"))
    if result.changed:
        paper.line((tr("  copies of the wallet from before open with the old key only, which is gone"), "dim"))
    for place in key.leftovers:
        paper.line((tr("  ! an old key may lie still at {place}", place=place), "yellow"))
    if key.leftovers and not result.changed:
        next_step(paper, "smilepay wallet key --rotate")
