"""A plugin for pytest: `pytest scenarios/*.smile.yaml` runs each scenario as a test.

The entry point `pytest11` names this module, so pytest imports it whenever it starts: nothing but pytest is imported
at the top, and everything else when the first scenario file is met.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from smilepay_cli.commands.running import Stage
    from smilepay_cli.harnesses.scenarios.played import Played
    from smilepay_cli.harnesses.scenarios.scenario import Scenario

SUFFIX = ".smile.yaml"
_MARK = re.compile(r"[A-Za-z][\w.+-]*")
MEANINGS_OF_PYTEST = frozenset(
    {"skip", "skipif", "xfail", "usefixtures", "filterwarnings", "parametrize", "tryfirst", "trylast"}
)
"""Tags of these names are for -k only: as marks they would do something."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Scenario files, whether they are named or found in a folder."""
    if not file_path.name.endswith(SUFFIX):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the processes that were started for races, and remove the homes."""
    stages = config.stash.get(_STAGES, None)
    if stages is not None:
        stages.close()


class ScenarioFile(pytest.File):
    """The scenarios of a file; of a matrix, each combination is an item."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Read and check the file. What is wrong with it is told with its lines, all at once."""
        from smilepay_cli.commands.running import scenarios_of
        from smilepay_cli.harnesses.scenarios.problems import BadScenario

        try:
            scenarios = list(scenarios_of([str(self.path)]))
        except BadScenario as bad:
            raise self.CollectError("\n".join(f"{place}: {what}" for place, what in bad.told)) from None
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario, as a test."""

    def __init__(self, *, scenario: Scenario, **more: Any) -> None:
        super().__init__(**more)
        self._scenario = scenario
        self.extra_keyword_matches.update(scenario.tags)
        for tag in scenario.tags:
            if _MARK.fullmatch(tag) and tag not in MEANINGS_OF_PYTEST:
                self.config.addinivalue_line("markers", f"{tag}: scenarios with this tag")
                self.add_marker(tag)

    def runtest(self) -> None:
        """Play it in a home of its own."""
        stage, numbers = _stage(self.config)
        played = stage.play(self._scenario, next(numbers))
        if not played.is_good:
            raise ScenarioFailed(played)
        if played.xfail:
            pytest.xfail(played.xfail)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What `smilepay run` says, for a scenario that came to something else; no traceback of ours."""
        if isinstance(excinfo.value, ScenarioFailed):
            return excinfo.value.told
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it begins."""
        return self.path, self._scenario.place.line - 1, self.name


class ScenarioFailed(Exception):
    """A scenario did not come to what it expects."""

    def __init__(self, played: Played) -> None:
        from smilepay_cli.render.scenarios.words import failure_lines

        self.told = "\n".join(failure_lines(played))
        super().__init__(self.told)


_STAGES = pytest.StashKey[ExitStack]()
_STAGE = pytest.StashKey["tuple[Stage, Iterator[int]]"]()


def _stage(config: pytest.Config) -> tuple[Stage, Iterator[int]]:
    """Where all scenarios of a session are played: one engine for all of them."""
    if _STAGE not in config.stash:
        from smilepay_cli.commands.running import throwaway_stage

        stages = config.stash[_STAGES] = ExitStack()
        config.stash[_STAGE] = (stages.enter_context(throwaway_stage(os.environ)), count(1))
    return config.stash[_STAGE]
