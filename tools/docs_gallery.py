"""The scenario gallery: what the scenarios of the library show, read from the files themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from smilepay_cli.vocabulary.errors import MEANING, ExitStatus, Reason
from tools.docs_console import ROOT
from tools.docs_parts import table

if TYPE_CHECKING:
    from smilepay_cli.harnesses.scenarios.scenario import Scenario

T = TypeVar("T", str, int)
LIBRARY = ROOT / "scenarios"
OUT_OF_REACH: dict[Reason | ExitStatus, str] = {
    Reason.NO_CAMERA: "scenarios play files, and open no camera",
    ExitStatus.EXPECTATION_FAILED: "that is how `smilepay run` itself ends, where a scenario fails",
    ExitStatus.INTERRUPTED: "nobody presses Ctrl-C in a scenario",
}
"""What no scenario of the library shows, and why."""


@cache
def library() -> tuple[Scenario, ...]:
    """Every scenario, in the order of the files; of a matrix each combination."""
    from smilepay_cli.commands.running import scenarios_of

    return tuple(scenarios_of([str(file) for file in sorted(LIBRARY.glob("*.smile.yaml"))]))


def gallery() -> str:
    """A row for each scenario: its file, what it is called and for what it is there, how its steps end."""
    rows = []
    for (file, _), found in groupby(library(), key=lambda one: (one.place.file, one.place.line)):
        scenarios = list(found)
        first = scenarios[0]
        name = first.name.split(" [")[0] if first.combination else first.name
        times = f" ({len(scenarios)} combinations)" if len(scenarios) > 1 else ""
        xfail = f" **Expected to fail:** {first.xfail}." if first.xfail else ""
        link = f"[{_short(file)}](../scenarios/{_short(file)}.smile.yaml)"
        reasons = ", ".join(f"`{reason}`" for reason in dict.fromkeys(_reasons(scenarios)))
        exits = ", ".join(map(str, sorted(set(_exits(scenarios)))))
        rows.append((link, f"{name}{times}", f"{first.why}{xfail}", exits, reasons))
    return table(("file", "scenario", "why", "exits", "reasons"), rows)


def reasons() -> str:
    """Each reason for a refusal, and where it is shown."""
    rows = [(f"`{r.value}`", str(int(r.exit)), _shown(covered_reasons().get(r.value), r)) for r in Reason]
    return table(("reason", "status", "shown by"), rows)


def exits() -> str:
    """Each exit status, and where it is shown."""
    rows = [(f"**{int(s)}**", MEANING[s], _shown(covered_exits().get(int(s)), s)) for s in ExitStatus]
    return table(("status", "meaning", "shown by"), rows)


def counts() -> str:
    """How many there are."""
    files = {one.place.file for one in library()}
    stories = {(one.place.file, one.place.line) for one in library()}
    steps = sum(len(one.steps) for one in library())
    return (
        f"{len(files)} files hold {len(stories)} scenarios, which make {len(library())} runs with every "
        f"combination of a matrix, and {steps} steps.\n"
    )


def covered_reasons() -> dict[str, list[str]]:
    """By reason, the files that expect it."""
    return _by(_reasons)


def covered_exits() -> dict[int, list[str]]:
    """By exit status, the files that expect it."""
    return _by(_exits)


def _by(told: Callable[[Iterable[Scenario]], Iterator[T]]) -> dict[T, list[str]]:
    found: dict[T, list[str]] = {}
    for scenario in library():
        if scenario.xfail is None:
            for value in told([scenario]):
                files = found.setdefault(value, [])
                if (name := _short(scenario.place.file)) not in files:
                    files.append(name)
    return found


def _shown(files: list[str] | None, what: Reason | ExitStatus) -> str:
    if not files:
        return OUT_OF_REACH.get(what, "")
    few = [f"[{name}](../scenarios/{name}.smile.yaml)" for name in files[:3]]
    return ", ".join(few) + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _reasons(scenarios: Iterable[Scenario]) -> Iterator[str]:
    for scenario in scenarios:
        for step in scenario.steps:
            if step.expect.reason is not None:
                yield step.expect.reason


def _exits(scenarios: Iterable[Scenario]) -> Iterator[int]:
    for scenario in scenarios:
        for step in scenario.steps:
            yield from step.expect.exits or ()
            if step.kind.value == "call" and (wanted := step.expect.wanted_exit) is not None:
                yield wanted


def _short(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".smile.yaml")
