"""What a run is told by: the facts about it, and the files beside its results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from smilepay_cli import __version__
from smilepay_cli.adapters.capture.set_frames import SetFrames
from smilepay_cli.adapters.run_folder import RESULTS, SUMMARY
from smilepay_cli.commands.replaying.presenting import read
from smilepay_cli.harnesses.replay.running import wallet_of
from smilepay_cli.harnesses.replay.summing import Facts
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.instants import iso

if TYPE_CHECKING:
    from smilepay_cli.adapters.run_folder import RunFolder
    from smilepay_cli.commands.call import Call
    from smilepay_cli.commands.replaying.people import People
    from smilepay_cli.commands.replaying.presenting import Presenting
    from smilepay_cli.vocabulary.trials import Trial


def facts(
    call: Call, presenting: Presenting, people: People, trials: Sequence[Trial], *, seconds: float, now: float
) -> Facts:
    """What is told besides counts. `seconds` is how long the whole run took, `now` how long since it goes on."""
    asked, till, trial_set = presenting.asked, presenting.till, presenting.trial_set
    kinds: dict[str, int] = {}
    for trial in trials:
        kinds[trial.kind.value] = kinds.get(trial.kind.value, 0) + 1
    return Facts(
        made_at=iso(call.environment.clock.now()),
        program={
            "version": __version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "engine": till.engine.name,
            "maker": till.engine.maker.digest,
            "landmarks": till.engine.landmark_model,
            "pad_model": till.pad.digest if till.pad else None,
        },
        set={"path": trial_set.name, "digest": trial_set.digest, "rows": len(trials), "kinds": kinds},
        gallery={"from": people.kind, "accounts": len(wallet_of(till).names), "digest": people.digest},
        policy=as_figures(call.policy),
        seed=asked.seed,
        carry_state=asked.carry_state,
        seconds=seconds,
        images=presenting.images,
        images_per_second=presenting.images / now if now else 0.0,
        cached=presenting.cached,
        retold=presenting.retold,
        jobs=asked.jobs,
        problems=tuple(call.warnings),
    )


def written(
    call: Call, folder: RunFolder, presenting: Presenting, trials: Sequence[Trial], summary: Mapping[str, Any]
) -> dict[str, str]:
    """Write everything beside the results; their whole paths by name. Raises UsageProblem."""
    import json

    from smilepay_cli.render.replay.html import page
    from smilepay_cli.render.replay.junit import junit
    from smilepay_cli.render.replay.tap import tap

    by_id = {trial.id: trial for trial in trials}
    whole = json.dumps(summary, indent=1, ensure_ascii=False)

    def look(row: Mapping[str, Any]) -> bytes | None:
        return _thumbnail(presenting, by_id.get(row["id"]))

    files: dict[str, Callable[[], Iterable[bytes]]] = {
        SUMMARY: lambda: [whole.encode("utf-8", "backslashreplace"), b"\n"],
        "junit.xml": lambda: junit(summary, folder.results),
        "results.tap": lambda: tap(summary, folder.results),
        "report.html": lambda: [page(summary, folder.results(), look).encode("utf-8", "backslashreplace")],
    }
    shown = call.progress("Writing reports,")
    for number, (name, chunks) in enumerate(files.items(), start=1):
        shown(number, len(files))
        folder.write(name, chunks())
    return {name: str(folder.folder / name) for name in (RESULTS, *files)}


def _thumbnail(presenting: Presenting, trial: Trial | None) -> bytes | None:
    """The first picture of a trial, small, around its face; None where it cannot be had any more."""
    from smilepay_cli.render.replay.sheet import thumbnail
    from smilepay_cli.verbs.looking import detected

    if trial is None:
        return None
    try:
        source = SetFrames(presenting.pictures(trial).files[:1], read, presenting.memory)
        frame = next(source.frames())
        found = detected(presenting.till, frame).found
        return thumbnail(frame.pixels, found[0].box if found else None)
    except UsageProblem:
        return None
    finally:
        presenting.memory.turn()
