"""The scenarios of the library: all pass, every one would notice a change, and together they show every refusal.

One engine and one memory of what was measured for all of them. Short profile: a sample of the mutations; with
SMILEPAY_LONG=1 every single one.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from random import Random

import jsonschema
import pytest

from smilepay_cli.commands.app import run
from smilepay_cli.commands.running import Stage, loader_for, scenarios_of, throwaway_stage
from smilepay_cli.harnesses.scenarios.nodes import as_value
from smilepay_cli.harnesses.scenarios.played import XFAILED, Played, result_of
from smilepay_cli.harnesses.scenarios.reading import documents
from smilepay_cli.harnesses.scenarios.scenario import Scenario
from smilepay_cli.render.scenarios.words import failure_lines
from smilepay_cli.vocabulary.errors import ExitStatus, Reason
from tests.measured import note
from tests.scenarios.mutations import Mutation, mutations
from tests.verbs.profile import LONG
from tools.docs_gallery import LIBRARY, OUT_OF_REACH, covered_exits, covered_reasons

FILES = sorted(LIBRARY.glob("*.smile.yaml"))
SAMPLE = 60
MOST_LINES = 12


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Where all of them are played."""
    with throwaway_stage(os.environ) as stage:
        yield stage


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """A folder of its own for every scenario."""
    return iter(range(1, 1_000_000))


def by_name(file: Path) -> str:
    return file.name.removesuffix(".smile.yaml")


def told(played: Played) -> str:
    return "\n".join([played.name, *failure_lines(played)])


@pytest.mark.parametrize("file", FILES, ids=by_name)
def test_every_scenario_of_the_library_passes(file: Path, stage: Stage, numbers: Iterator[int]) -> None:
    """They are what the program promises, in a form that people can read and run."""
    played = [stage.play(scenario, next(numbers)) for scenario in scenarios_of([str(file)])]
    assert played
    bad = [one for one in played if not one.is_good]
    assert not bad, "\n\n".join(map(told, bad))


def test_the_library_is_as_large_as_promised() -> None:
    """Each file is about one thing, and every scenario in it says what for."""
    assert len(FILES) >= 28
    for file in FILES:
        for scenario in scenarios_of([str(file)]):
            assert scenario.why and scenario.tags, f"{file.name}: {scenario.name}"
            asked = set().union(*(step.expect.model_fields_set for step in scenario.steps))
            assert len(asked) >= 2, f"{file.name}: {scenario.name} looks at {asked} only"


@pytest.mark.parametrize("file", FILES, ids=by_name)
def test_editors_find_nothing_wrong(file: Path) -> None:
    """Who opens a file of the library to learn from it sees no complaints by the published JSON Schema."""
    schema = json.loads(files("smilepay_cli").joinpath("schemas/scenario.json").read_text(encoding="utf-8"))
    for node in documents(file.read_bytes()):
        jsonschema.validate(as_value(node), schema)


def test_every_reason_that_can_be_had_is_shown() -> None:
    """The error gallery has no gaps; what no scenario can reach is named with the cause."""
    covered = covered_reasons()
    assert {reason for reason in Reason if reason.value not in covered} == {
        reason for reason in OUT_OF_REACH if isinstance(reason, Reason)
    }
    assert all(why for why in OUT_OF_REACH.values())


def test_every_exit_status_that_can_be_had_is_shown() -> None:
    """The same for the table of exit statuses."""
    assert {status for status in ExitStatus if int(status) not in covered_exits()} == {
        status for status in OUT_OF_REACH if isinstance(status, ExitStatus)
    }


def test_every_mutation_fails_and_says_where(tmp_path: Path, stage: Stage, numbers: Iterator[int]) -> None:
    """A scenario that passes whatever comes is worth nothing: each expectation, sum and picture has to matter."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "pictures").symlink_to(LIBRARY / "pictures")
    (tmp_path / "sample_faces").symlink_to(LIBRARY.parent / "sample_faces")
    everything = {file: list(mutations(file.read_text(encoding="utf-8"))) for file in FILES}
    tried: Counter[str] = Counter()
    for file, mutation in sampled(everything):
        mutant = folder / file.name
        mutant.write_text(mutation.applied(file.read_text(encoding="utf-8")), encoding="utf-8")
        assert_noticed(mutation, stage.play(the_one(mutant, mutation), next(numbers)), mutant)
        tried[mutation.what] += 1
    kinds = ", ".join(f"{what} {count}" for what, count in sorted(tried.items()))
    note(f"scenario files: {sum(tried.values())} of {sum(map(len, everything.values()))} mutations tried, "
         f"all noticed ({kinds})")  # fmt: skip


def test_the_command_ends_with_30_for_a_mutant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same through the command line: what a pipeline sees."""
    text = (LIBRARY / "usage.smile.yaml").read_text(encoding="utf-8")
    mutant = tmp_path / "usage.smile.yaml"
    mutant.write_text(text.replace("reason: no_such_event", "reason: no_such_order"), encoding="utf-8")
    assert run(["run", str(mutant), "--filter", "Slips*", "--no-color"]) == ExitStatus.EXPECTATION_FAILED
    told = capsys.readouterr().out
    line = text[: text.index("audit.show")].count("\n") + 1
    for words in (f"{mutant}:{line}: step 8 (audit.show)", "- expected  no_such_order", "+ actual    no_such_event"):
        assert words in told


def sampled(everything: dict[Path, list[Mutation]]) -> list[tuple[Path, Mutation]]:
    """All of them; in the short profile one of each file, and others up to the size of the sample."""
    pairs = [(file, mutation) for file, found in everything.items() for mutation in found]
    if LONG:
        return pairs
    chance = Random(2015)  # noqa: S311 - a sample of tests
    first = [(file, chance.choice(found)) for file, found in everything.items()]
    rest = chance.sample([pair for pair in pairs if pair not in first], SAMPLE - len(first))
    return sorted([*first, *rest], key=lambda pair: (pair[0], pair[1].start))


def the_one(file: Path, mutation: Mutation) -> Scenario:
    """The scenario that was changed; of a matrix its first combination."""
    loader = loader_for()
    found = [one for one in loader.scenarios(str(file)) if one.name.split(" [")[0] == mutation.scenario]
    assert not loader.complaints.count, f"{file.name}, {mutation}: a mutant is still a scenario file"
    return found[0]


def assert_noticed(mutation: Mutation, played: Played, file: Path) -> None:
    """It fails with 30, and in a dozen lines it says file, line, what was expected and what came."""
    where = f"{file.name}, {mutation}"
    assert not played.is_good, f"{where}: nobody noticed"
    failed = result_of([played], left_out=0, files={}, seconds=0)
    assert failed.exit == ExitStatus.EXPECTATION_FAILED and failed.refusal is not None
    assert failed.refusal.message.startswith("the scenario failed at ")
    lines = told(played).splitlines()
    assert len(lines) <= MOST_LINES, where
    place = played.failure.place if played.failure else played.place
    assert lines[1].startswith(f"{file}:{place.line}: "), where
    first, last = mutation.step_lines
    assert first <= place.line <= last, f"{where}: told of line {place.line}"
    text = "\n".join(lines)
    if mutation.what == "xfail":
        assert played.outcome != XFAILED
    assert "expected" in text and "actual" in text, where
