"""Scenarios, put together with what they run in: a composition root like call.py. Also for the pytest plugin."""

from __future__ import annotations

import base64
import os
import pickle
import re
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from smilepay_cli.commands.actors import Actor, ActorGone, Actors
from smilepay_cli.commands.scenario_files import DiskFiles, found
from smilepay_cli.commands.scenario_forms import forms
from smilepay_cli.commands.scenario_home import ThrowawayHome, World, variables_of
from smilepay_cli.harnesses.scenarios.loader import Loader
from smilepay_cli.harnesses.scenarios.played import Listed, ListResult, Played, RunResult, result_of
from smilepay_cli.harnesses.scenarios.playing import Playing
from smilepay_cli.harnesses.scenarios.problems import BadScenario
from smilepay_cli.harnesses.scenarios.selection import Selection
from smilepay_cli.vocabulary.errors import UsageProblem

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.harnesses.scenarios.scenario import Scenario
    from smilepay_cli.ports import FaceEngine

Home = TypeVar("Home", bound=ThrowawayHome)
AHEAD = 4
"""Scenarios for each process that are under way or done and not told yet."""
EVERYTHING = Selection()
IN_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
ROOM = 48 * 1024 * 1024
"""Bytes that have to be free there; a home has some hundred thousand."""
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")


class Stage:
    """Plays scenarios in this process, each in a throwaway folder of its own below `base`. To be closed."""

    def __init__(self, world: World, base: Path, *, keep: bool = False) -> None:
        self._world, self._base, self._keep = world, base, keep
        self._actors = Actors(world.variables, world.engine_name)

    def play(self, scenario: Scenario, number: int = 1) -> Played:
        """What came of it; its folder is gone afterwards, unless folders are kept."""
        from time import perf_counter

        slug = _NO_NAME.sub("-", scenario.name.encode("ascii", "ignore").decode()).strip("-").lower()[:40]
        folder = self._base / (f"{number:04d}-{slug}" if self._keep else f"{number:06d}")
        home = self.home(ThrowawayHome, folder.name)
        begun = perf_counter()
        try:
            played = Playing(scenario, home, forms()).played()
        finally:
            if not self._keep:
                home.remove()
        return replace(played, seconds=perf_counter() - begun, home=str(folder) if self._keep else None)

    def home(self, kind: type[Home], name: str) -> Home:
        """A new folder of that name with an empty home in it, for whoever plays step by step."""
        folder = self._base / name
        folder.mkdir(mode=0o700)
        return kind(self._world, folder.resolve(), self._actors)

    def close(self) -> None:
        """End the processes that were started for races."""
        self._actors.close()


def _throwaway(variables: Mapping[str, str]) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes away, in memory where there is room: nobody waits for a disk to keep what is thrown away.

    TMPDIR chooses another place.
    """
    place = None
    if not variables.get("TMPDIR") and os.access(IN_MEMORY, os.W_OK | os.X_OK):
        found = os.statvfs(IN_MEMORY)
        place = IN_MEMORY if found.f_bavail * found.f_frsize >= ROOM else None
    return tempfile.TemporaryDirectory(prefix="smilepay-run-", dir=place, ignore_cleanup_errors=True)


@contextmanager
def throwaway_stage(
    variables: Mapping[str, str], engine: str | None = None, *, own: FaceEngine | None = None
) -> Iterator[Stage]:
    """A stage by itself, for whoever plays scenarios one by one; everything is gone after the block.

    `own` is an engine in place of the one of that name.
    """
    world = replace(world_of(variables, engine), engine=own)
    with _throwaway(variables) as folder, closing(Stage(world, Path(folder))) as stage:
        yield stage


def world_of(
    variables: Mapping[str, str], engine: str | None = None, say: Callable[[str], None] = lambda _: None
) -> World:
    """What scenarios run in, with engines that are kept from call to call."""
    from smilepay_cli.adapters.faces.kept import KeptEngines

    inner = variables_of(variables)
    return World(inner, engine, engines=KeptEngines(inner, say))


def loader_for(engine: str | None = None) -> Loader:
    """Reads scenario files; what is wrong with them is in its `complaints`. Raises UsageProblem (unknown_engine)."""
    from smilepay_cli.adapters.faces.engines import default_scheme

    return Loader(DiskFiles(default_scheme(engine)), forms())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options of the command."""

    paths: tuple[str, ...]
    selection: Selection = EVERYTHING
    jobs: int = 1
    fail_fast: bool = False
    dry_run: bool = False
    list_only: bool = False
    keep_homes: str | None = None
    reports: Mapping[str, str] = field(default_factory=dict)
    """`junit`, `tap`, `jsonl`: the file of each."""


def ran(call: Call, wanted: Wanted) -> RunResult | ListResult:
    """Check everything, then play what was selected.

    Raises BadScenario for files that cannot be used, UsageProblem where nothing would be run.
    """
    from smilepay_cli.commands.scenario_reports import require_writable, written

    require_writable(wanted.reports)
    engine = call.shared.engine
    listed = _checked(call, wanted, engine)
    if wanted.list_only or wanted.dry_run:
        return listed
    shown = call.timed_progress("Running")
    monotonic = call.environment.clock.monotonic
    begun = monotonic()
    played: list[Played] = []
    with ExitStack() as stack:
        base = _base(call, wanted, stack)
        results = _played(call, wanted, base, stack)
        with closing(results):
            for one in results:
                played.append(one)
                shown(len(played), len(listed.scenarios))
                if wanted.fail_fast and not one.is_good:
                    break
    seconds = monotonic() - begun
    left_out = len(listed.scenarios) - len(played)
    result = result_of(played, left_out=left_out, files={}, seconds=seconds)
    if not result.steps and not result.refusal:
        raise UsageProblem("no step was run", reason="nothing_run")
    return replace(result, files=written(result, wanted.reports))


def _checked(call: Call, wanted: Wanted, engine: str | None) -> ListResult:
    files = found(wanted.paths)
    loader = loader_for(engine)
    listed: list[Listed] = []
    shown = call.progress("Reading: file")
    for number, file in enumerate(files, 1):
        for scenario in loader.scenarios(file):
            if wanted.selection.takes(scenario):
                listed += [_listed(scenario)]
        shown(number, len(files))
    if loader.complaints.count:
        raise BadScenario(loader.complaints)
    if not listed:
        raise UsageProblem(
            f"no scenario is selected by {wanted.selection.described}",
            hint="smilepay run --list FILE shows what there is",
            reason="nothing_selected",
        )
    return ListResult(
        scenarios=tuple(listed), files=len(files), steps=sum(one.steps for one in listed), checked=wanted.dry_run
    )


def _listed(scenario: Scenario) -> Listed:
    place = scenario.place
    return Listed(scenario.name, place.file, place.line, scenario.tags, len(scenario.steps), scenario.why)


def _selected(wanted: Wanted, engine: str | None) -> Iterator[Scenario]:
    """Read again, one at a time: ten thousand are not kept. Raises BadScenario for a file that changed meanwhile."""
    loader = loader_for(engine)
    for file in found(wanted.paths):
        for scenario in loader.scenarios(file):
            if wanted.selection.takes(scenario):
                yield scenario
        if loader.complaints.count:
            raise BadScenario(loader.complaints)


def _played(call: Call, wanted: Wanted, base: Path, stack: ExitStack) -> Generator[Played]:
    scenarios = _selected(wanted, call.shared.engine)
    if wanted.jobs > 1:
        return _by_others(call, wanted, base, scenarios, stack)
    return _by_itself(call, wanted, base, scenarios)


def _by_itself(call: Call, wanted: Wanted, base: Path, scenarios: Iterator[Scenario]) -> Generator[Played]:
    world = world_of(call.environment.variables, call.shared.engine, call.say)
    if call.environment.engine is not None:
        world = replace(world, engine=call.environment.engine)
    with closing(Stage(world, base, keep=wanted.keep_homes is not None)) as stage:
        for number, scenario in enumerate(scenarios, 1):
            yield stage.play(scenario, number)


def _by_others(
    call: Call, wanted: Wanted, base: Path, scenarios: Iterator[Scenario], stack: ExitStack
) -> Generator[Played]:
    """Several processes; results in the order of the files. Each thread here waits for one process."""
    variables = variables_of(call.environment.variables)
    crew = _Crew(variables, call.shared.engine, base, keep=wanted.keep_homes is not None)
    pool = ThreadPoolExecutor(wanted.jobs)
    stack.callback(pool.shutdown, wait=True, cancel_futures=True)
    stack.callback(crew.end)
    waiting: deque[Future[Played]] = deque()
    for number, scenario in enumerate(scenarios, 1):
        waiting.append(pool.submit(crew.play, scenario, number))
        if len(waiting) >= AHEAD * wanted.jobs:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Crew:
    """Processes that play whole scenarios, one for each thread that asks."""

    def __init__(self, variables: Mapping[str, str], engine: str | None, base: Path, *, keep: bool) -> None:
        from threading import Lock

        self._variables, self._engine, self._base, self._keep = variables, engine, base, keep
        self._idle: list[Actor] = []
        self._all: list[Actor] = []
        self._lock = Lock()
        self._ended = False

    def play(self, scenario: Scenario, number: int) -> Played:
        """In another process. Raises ActorGone where that ended."""
        with self._lock:
            if self._ended:
                raise ActorGone(0)
            actor = self._idle.pop() if self._idle else None
            if actor is None:
                actor = Actor(self._variables)
                self._all.append(actor)
        actor.ask(
            do="play", scenario=base64.b64encode(pickle.dumps(scenario)).decode(), number=number,
            base=str(self._base), keep=self._keep, engine=self._engine,
        )  # fmt: skip
        told: Played = pickle.loads(base64.b64decode(actor.hear()["played"]))  # noqa: S301 - a process of our own
        with self._lock:
            self._idle.append(actor)
        return told

    def end(self) -> None:
        """Nobody plays on."""
        with self._lock:
            self._ended = True
            actors = list(self._all)
        for actor in actors:
            actor.end()


def _base(call: Call, wanted: Wanted, stack: ExitStack) -> Path:
    """The folder that homes are in; gone at the end however it comes, unless homes are kept."""
    from smilepay_cli.commands.stopping import signals_interrupt

    stack.enter_context(signals_interrupt())
    if wanted.keep_homes is None:
        return Path(stack.enter_context(_throwaway(call.environment.variables)))
    path = Path(wanted.keep_homes).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_empty = not any(path.iterdir())
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"--keep-homes {wanted.keep_homes}: {detail}", reason="unusable_folder") from None
    if not is_empty:
        raise UsageProblem(
            f"--keep-homes {wanted.keep_homes}: the folder is not empty", hint="name a new or an empty one",
            reason="unusable_folder",
        )  # fmt: skip
    return path


def scenarios_of(files: Sequence[str], engine: str | None = None) -> Iterator[Scenario]:
    """Every scenario of some files, for other harnesses. Raises BadScenario after the first file that has problems."""
    yield from _selected(Wanted(paths=tuple(files)), engine)
