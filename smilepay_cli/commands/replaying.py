"""The parts of a replay, put together: a composition root like call.py."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smilepay_cli import __version__
from smilepay_cli.adapters.capture.files import read_file
from smilepay_cli.adapters.capture.images import files_of
from smilepay_cli.adapters.capture.set_frames import SetFrames
from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.adapters.memory_file import MemoryFile
from smilepay_cli.adapters.run_folder import RESULTS, RunFolder, rows_of
from smilepay_cli.adapters.sets import open_set
from smilepay_cli.commands.lookout import Lookout, made_by
from smilepay_cli.harnesses.replay.ahead import Ahead, Pictures
from smilepay_cli.harnesses.replay.conditions import Conditions
from smilepay_cli.harnesses.replay.gallery import Enrolment, enrolled
from smilepay_cli.harnesses.replay.looking import asked_by
from smilepay_cli.harnesses.replay.running import Run, in_turn, wallet_of
from smilepay_cli.harnesses.replay.summing import Facts, ReplayResult, summed, unmet
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.rules.replay.baseline import Compared, compare
from smilepay_cli.rules.replay.gates import Gate, check_gate, judge
from smilepay_cli.rules.replay.measures import measures
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.rows import as_row, line_of
from smilepay_cli.rules.replay.tally import Tally
from smilepay_cli.rules.sets.folders import GALLERY
from smilepay_cli.vocabulary.errors import ExitStatus, UsageProblem
from smilepay_cli.vocabulary.instants import iso
from smilepay_cli.vocabulary.money import parse_amount
from smilepay_cli.vocabulary.results import Refusal
from smilepay_cli.vocabulary.trials import Outcome, Trial

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.ports import ReplaySet
    from smilepay_cli.verbs.till import Till

ENROL = "enrol"
"""The tag of rows that are enrolled and not tried, with `--gallery manifest`."""
MOST_UNEXPECTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of the command."""

    images: str
    out: Path
    gallery: str | None
    gates: tuple[str, ...]
    baseline: str | None
    amount: str
    merchant: str | None
    seed: int
    jobs: int
    dask: str | None
    carry_state: bool
    as_stills: bool
    fps: float
    challenge: str | None
    pad_model: str | None
    cache: Path | None
    restart: bool


def replayed(call: Call, asked: Asked, stack: ExitStack) -> ReplayResult:
    """The whole of a run. Raises UsageProblem before anything runs, for whatever does not fit together."""
    return _Replay(call, asked, stack).result()


class _Replay:
    """One run and what it is made of; parts are made when they are needed first."""

    def __init__(self, call: Call, asked: Asked, stack: ExitStack) -> None:
        self.call, self.asked, self.stack = call, asked, stack
        self.read_before: dict[str, str] = {}
        self.used: dict[str, tuple[str, str]] = {}
        """Files of the trial that is under way."""
        self.is_camera = False
        self.fresh: set[str] = set()
        """Files that workers looked at for a trial that has not come yet."""
        self.images = self.cached = self.retold = 0

    def result(self) -> ReplayResult:
        """Run it, and write everything that is told of it."""
        gates = [check_gate(text, self.species) for text in self.asked.gates]
        before = Path(self.asked.baseline) if self.asked.baseline else None
        earlier = _results_beside(before) if before else None
        conditions, scratch = self.conditions, self.folder
        scratch.open(restart=self.asked.restart or self.asked.carry_state)
        self.stack.callback(scratch.close)
        tally = Tally.from_json(scratch.tally) if scratch.tally else Tally()
        with _signals():
            _ = self._workers  # they load their models while people are enrolled here
            enrolments = self._enrol()
            self._run(conditions, tally)
        compared = compare(rows_of(earlier), scratch.results()) if earlier else None
        return self._told(tally, enrolments, gates, compared)

    @cached_property
    def trial_set(self) -> ReplaySet:
        """The set, checked as a whole."""
        found = open_set(self.asked.images)
        self.call.warnings.extend(found.warnings)
        return found

    @cached_property
    def trials(self) -> Sequence[Trial]:
        """Those that are tried."""
        if self.gallery != "manifest":
            return self.trial_set.trials
        return [trial for trial in self.trial_set.trials if ENROL not in trial.tags]

    @property
    def species(self) -> set[str]:
        """Of attacks in the set."""
        return {trial.pai_species or "unnamed" for trial in self.trials if trial.kind.is_attack}

    @cached_property
    def gallery(self) -> str:
        """`wallet`, `manifest`, or a folder."""
        if self.asked.gallery:
            return self.asked.gallery
        inside = Path(self.asked.images).expanduser() / GALLERY
        return str(inside) if inside.is_dir() else "wallet"

    @cached_property
    def conditions(self) -> Conditions:
        """Raises UsageProblem for an amount or a seller that makes no sense."""
        catalogue = self.call.till.catalogue.load()
        merchant = self.asked.merchant or next(iter(catalogue.sellers))
        if merchant not in catalogue.sellers:
            raise UsageProblem(f"no seller {merchant!r}", hint=f"known: {', '.join(catalogue.sellers)}")
        return Conditions(
            seed=self.asked.seed,
            amount_minor=parse_amount(self.asked.amount, catalogue.currency).minor,
            merchant=merchant,
            carry_state=self.asked.carry_state,
            fps=self.asked.fps,
            as_stills=self.asked.as_stills,
            challenge=self.asked.challenge,
        )

    @cached_property
    def folder(self) -> RunFolder:
        """Where the run is written to."""
        key = sha256(f"{self.trial_set.digest} {self.under}".encode()).hexdigest()
        return RunFolder(self.asked.out, key, self.call.environment.clock.monotonic)

    @cached_property
    def under(self) -> str:
        """What names everything that an outcome follows from, besides the trial and its files."""
        own = self.call.till_with(self.asked.pad_model)
        catalogue = sha256(own.catalogue.read()).hexdigest()
        facts = (
            _source_digest(), made_by(own.engine), self.gallery == "wallet", self.gallery_digest, catalogue,
            own.pad.digest if own.pad else None, sorted(as_figures(self.call.policy).items()), repr(self.conditions),
        )  # fmt: skip
        return sha256(repr(facts).encode()).hexdigest()

    @cached_property
    def memory(self) -> FaceMemory:
        """What was measured before; with --no-cache in this run."""
        folder = self.asked.cache or self.folder.scratch / "cache"
        memory = FaceMemory(
            MemoryFile(folder, made_by(self.till_without_memory.engine), warn=self.call.warnings.append)
        )
        self.stack.callback(memory.close)
        return memory

    @cached_property
    def till_without_memory(self) -> Till:
        """Over the scratch wallet."""
        from smilepay_cli.adapters.keys import FileVault

        home = self.folder.scratch
        own = self.call.till_with(self.asked.pad_model)
        # The copy of a wallet is opened by the wallet's own key; people of a folder leave nothing in a keyring.
        vault = own.vault if self.gallery == "wallet" else FileVault(home)
        till = self.call.till_at(home, self.call.policy, vault=vault)
        self.stack.callback(till.store.close)
        return replace(till, catalogue=own.catalogue, pad=own.pad, terminal="replay")

    @cached_property
    def till(self) -> Till:
        """Over the scratch wallet, with the memory."""
        return replace(self.till_without_memory, memory=self.memory)

    @cached_property
    def gallery_digest(self) -> str:
        """What names who is enrolled: the newest event of the wallet, or the files that people are enrolled from."""
        if self.gallery != "wallet":
            digest = sha256()
            for name, files in self._people.items():
                digest.update(repr(name).encode())
                for path in files_of(files):
                    digest.update(sha256(read_file(path)).digest())
            return digest.hexdigest()
        with self.call.till.store.reading() as books:
            newest = books.trail.latest(1)
            people = books.people.all()
        if not people:
            raise UsageProblem(
                "nobody is enrolled in this wallet",
                hint="enrol first, or give the people of the set: --gallery FOLDER (NAME/*), or --gallery manifest",
                reason="no_gallery",
            )
        return newest[0].hash if newest else ""

    def _enrol(self) -> Rate | None:
        """Fill the scratch wallet. None where people come from the wallet."""
        if self.gallery == "wallet":
            _copy_wallet(self.call, self.folder.scratch)
            return None
        people = self._people
        done: list[Enrolment] = []
        shown = self.call.timed_progress("Enrolling")
        for enrolment in enrolled(self.till, people.items(), self._stills, self.asked.seed):
            done.append(enrolment)
            self.memory.turn()
            shown(len(done), len(people))
        failed = [one for one in done if one.refusal]
        for one in failed:
            assert one.refusal is not None
            self.call.warnings.append(f"{one.name!r} could not be enrolled: {one.refusal.message}")
        if len(failed) == len(done):
            raise UsageProblem("nobody of the gallery could be enrolled", hint="see the warnings", reason="no_gallery")
        return Rate(len(failed), len(done))

    @cached_property
    def _people(self) -> Mapping[str, Sequence[str]]:
        """Files to enrol from, by name."""
        people: dict[str, list[str]] = {}
        if self.gallery == "manifest":
            for trial in self.trial_set.trials:
                if ENROL in trial.tags:
                    name = trial.subject or trial.account
                    if not name:
                        raise UsageProblem(f"{trial.where}: a row that is enrolled needs a subject", reason="bad_set")
                    people.setdefault(name, []).extend(str(path) for path in self.trial_set.files_of(trial))
            if not people:
                raise UsageProblem(f"no row of the set is tagged {ENROL}", reason="no_gallery")
            return people
        folder = Path(self.gallery).expanduser()
        if not folder.is_dir():
            raise UsageProblem(f"--gallery {self.gallery}: no such folder", reason="no_gallery")
        for person in sorted(folder.iterdir()):
            if person.is_dir() and not person.name.startswith("."):
                people[person.name] = [str(person)]
        if not people:
            raise UsageProblem(f"--gallery {self.gallery}: no folder of a person in it", reason="no_gallery")
        return people

    def _stills(self, files: Sequence[str]) -> Any:
        return SetFrames([str(path) for path in files_of(files)], _read, self.memory)

    def pictures(self, trial: Trial) -> Pictures:
        """The files of a trial, and how they are shown. Raises UsageProblem."""
        files = tuple(str(path.absolute()) for path in self.trial_set.files_of(trial))
        is_clip = len(files) > 1 and not self.asked.as_stills
        return Pictures(files, self.asked.fps if is_clip else None)

    def frames(self, trial: Trial) -> SetFrames:
        """Opens the frames of a trial."""
        pictures = self.pictures(trial)
        self.used, self.is_camera = {}, pictures.fps is not None
        source = SetFrames(
            pictures.files,
            _read,
            self.memory,
            fps=pictures.fps,
            seconds_max=self.call.policy.capture_seconds,
            sha256=trial.sha256,
            read_before=self.read_before,
            noted=self.used,
        )
        if not self.is_camera:
            with suppress(UsageProblem):  # it is told when they are paid with
                source.check()
        return source

    def outcome(self, trial: Trial) -> Outcome | None:
        """What came of the trial before, under the same conditions; told under the row that it has now."""
        name = self._name_of(trial)
        found = self.memory.outcome(name) if name else None
        if found is None:
            return None
        self.retold += 1
        for path in self.trial_set.files_of(trial):
            self.images += 1
            self.cached += 1
            self.read_before.pop(str(path.absolute()), None)
        return replace(found, trial=trial)

    def keep(self, outcome: Outcome) -> None:
        """Know what came of a trial; not of one that could not be run, whose files may be whole the next time."""
        name = self._name_of(outcome.trial)
        if name and outcome.exit != ExitStatus.USAGE:
            self.memory.keep_outcome(name, outcome)

    def _name_of(self, trial: Trial) -> str | None:
        """What names the trial, the bytes of its files, and all that it is run under; None where one is unreadable."""
        digests = []
        try:
            for file in self.pictures(trial).files:
                digest = self.read_before.get(file)
                if digest is None:
                    digest = self.read_before[file] = sha256(_read(file)).hexdigest()
                digests.append(digest)
        except UsageProblem:
            return None
        told = f"{self.under} {replace(trial, where='')!r} {digests}"
        return sha256(told.encode(errors="surrogateescape")).hexdigest()

    def is_known(self) -> bool:
        """Whether everything that paying can ask of the trial's stills is known; a film is not read to find out."""
        if self.is_camera or not self.used:
            return False
        asked = asked_by(self.call.policy, self.till.pad, is_camera=False)
        return all(self.memory.knows(pixels, asked) for _, pixels in self.used.values())

    def turn(self) -> None:
        """A trial is over: what was asked of its pictures is known now."""
        asked = asked_by(self.call.policy, self.till.pad, is_camera=self.is_camera)
        for file, (_, pixels) in self.used.items():
            self.images += 1
            if not self.memory.knows(pixels, asked):
                self.memory.note(pixels, asked)
            elif file not in self.fresh:
                self.cached += 1
            self.read_before.pop(file, None)
            self.fresh.discard(file)
        self.used = {}
        self.memory.turn()

    @cached_property
    def _workers(self) -> Any:
        """Those who look ahead; None where this process does it all."""
        if self.asked.jobs == 1 and not self.asked.dask:
            return None
        from smilepay_cli.adapters.workers import Cluster, Processes

        lookout = Lookout(self.call.shared.engine, self.call.policy, self.asked.pad_model)
        workers: Any = (
            Cluster(lookout, _client(self.asked.dask)) if self.asked.dask else Processes(lookout, self.asked.jobs)
        )
        self.stack.callback(workers.close)
        workers.warm(())
        return workers

    def _ahead(self) -> Callable[[Iterable[Trial]], Generator[Trial]]:
        workers = self._workers
        if workers is None:
            return in_turn
        asked = partial(asked_by, self.call.policy, self.till.pad)
        return Ahead(
            workers=workers,
            memory=self.memory,
            pictures=self.pictures,
            read=_read,
            asked=lambda is_camera: asked(is_camera=is_camera),
            is_kept=self._is_kept,
            made_by=made_by(self.till.engine),
            read_before=self.read_before,
            fresh=self.fresh,
        )

    def _is_kept(self, trial: Trial) -> bool:
        name = None if self.asked.carry_state else self._name_of(trial)
        return name is not None and self.memory.outcome(name) is not None

    def _run(self, conditions: Conditions, tally: Tally) -> None:
        """Try every trial that was not tried yet."""
        folder, clock = self.folder, self.call.environment.clock
        wallet = wallet_of(self.till)
        run = Run(wallet, conditions, self, self.frames, self._ahead())
        first, limit = folder.rows, self.call.policy.dissimilarity_max
        begun, before = clock.monotonic(), folder.seconds
        self.seconds = 0.0
        outcomes = run.outcomes(self.trials[first:], first)
        shown = self.call.timed_progress("Trying", first)
        with closing(outcomes):
            try:
                for outcome in outcomes:
                    tally.add(outcome, dissimilarity_max=limit)
                    folder.append(line_of(as_row(outcome, dissimilarity_max=limit)))
                    self.seconds = clock.monotonic() - begun
                    folder.seconds = before + self.seconds
                    shown(folder.rows, len(self.trials))
                    if folder.note_is_due():
                        folder.note(tally.as_json(), folder.seconds)
            except KeyboardInterrupt:
                folder.note(tally.as_json(), folder.seconds)
                self.call.say(f"stopped after {folder.rows:,} rows; the same command goes on from there")
                raise
        folder.note(tally.as_json(), folder.seconds)

    def _told(
        self, tally: Tally, enrolments: Rate | None, gates: Sequence[Gate], compared: Compared | None
    ) -> ReplayResult:
        folder = self.folder
        found = measures(tally, enrolments=enrolments)
        verdicts = [verdict for gate in gates for verdict in judge(gate, tally, found)]
        summary = summed(
            self._facts(), tally, enrolments=enrolments, verdicts=verdicts, compared=compared,
            baseline=self.asked.baseline or "",
        )  # fmt: skip
        refusal = unmet(verdicts, summary["unexpected"])
        files = self._written(summary)
        unexpected = [row for row in folder.results() if row["as_expected"] is False][:MOST_UNEXPECTED]
        folder.finish()
        return ReplayResult(
            refusal=Refusal.of(refusal) if refusal else None, summary=summary, unexpected=unexpected, files=files
        )

    def _facts(self) -> Facts:
        engine, pad = self.till.engine, self.till.pad
        kinds: dict[str, int] = {}
        for trial in self.trials:
            kinds[trial.kind.value] = kinds.get(trial.kind.value, 0) + 1
        wallet_people = len(wallet_of(self.till).names)
        return Facts(
            made_at=iso(self.call.environment.clock.now()),
            program={
                "version": __version__,
                "python": ".".join(map(str, sys.version_info[:3])),
                "engine": engine.name,
                "maker": engine.maker.digest,
                "landmarks": engine.landmark_model,
                "pad_model": pad.digest if pad else None,
            },
            set={
                "path": self.trial_set.name,
                "digest": self.trial_set.digest,
                "rows": len(self.trials),
                "kinds": kinds,
            },
            gallery={
                "from": self.gallery if self.gallery in ("wallet", "manifest") else "folder",
                "accounts": wallet_people,
                "digest": self.gallery_digest,
            },
            policy=as_figures(self.call.policy),
            seed=self.asked.seed,
            carry_state=self.asked.carry_state,
            seconds=self.folder.seconds,
            images=self.images,
            images_per_second=self.images / self.seconds if self.seconds else 0.0,
            cached=self.cached,
            retold=self.retold,
            jobs=self.asked.jobs,
            problems=tuple(self.call.warnings),
        )

    def _written(self, summary: Mapping[str, Any]) -> dict[str, str]:
        """Everything beside the results."""
        import json

        from smilepay_cli.render.replay.html import page
        from smilepay_cli.render.replay.junit import junit
        from smilepay_cli.render.replay.tap import tap

        folder = self.folder
        shown = self.call.progress("Writing reports,")
        whole = json.dumps(summary, indent=1, ensure_ascii=False)
        files: dict[str, Callable[[], Iterable[bytes]]] = {
            "summary.json": lambda: [whole.encode("utf-8", "backslashreplace"), b"\n"],
            "junit.xml": lambda: junit(summary, folder.results),
            "results.tap": lambda: tap(summary, folder.results),
            "report.html": lambda: [page(summary, folder.results(), self._look).encode("utf-8", "backslashreplace")],
        }
        for number, (name, chunks) in enumerate(files.items(), start=1):
            shown(number, len(files))
            folder.write(name, chunks())
        return {name: str(folder.folder / name) for name in (RESULTS, *files)}

    def _look(self, row: Mapping[str, Any]) -> bytes | None:
        """The first picture of a row, small, around its face; None where it cannot be had any more."""
        from smilepay_cli.render.replay.sheet import thumbnail
        from smilepay_cli.verbs.looking import detected

        trial = self._by_id.get(row["id"])
        try:
            if trial is None:
                return None
            source = SetFrames(self.pictures(trial).files[:1], _read, self.memory)
            frame = next(source.frames())
            found = detected(self.till, frame).found
            return thumbnail(frame.pixels, found[0].box if found else None)
        except UsageProblem:
            return None
        finally:
            self.memory.turn()

    @cached_property
    def _by_id(self) -> Mapping[str, Trial]:
        return {trial.id: trial for trial in self.trials}


def _read(name: str) -> bytes:
    return read_file(Path(name))


def _client(address: str | None) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise UsageProblem("--dask needs the extra: pip install 'smilepay[dask]'", reason="no_dask") from None
    try:
        return Client(address, timeout="20s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise UsageProblem(f"--dask {address}: {error}", hint="start one: dask scheduler", reason="no_dask") from None


def _results_beside(summary: Path) -> Path:
    """The results of an earlier run, by its summary. Raises UsageProblem."""
    results = summary.parent / RESULTS if summary.name != RESULTS else summary
    if not results.is_file():
        raise UsageProblem(f"--baseline {summary}: no {RESULTS} beside it", hint="keep the whole folder of a run")
    return results


def _copy_wallet(call: Call, scratch: Path) -> None:
    """A copy of this moment; the wallet itself is only read."""
    import sqlite3

    from smilepay_cli.adapters.store.wallet import SqliteStore

    path = scratch / "wallet.db"
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(path)) as copy:
        store = call.till.store
        assert isinstance(store, SqliteStore)
        store.copy_into(copy, 4096, call.progress("Copying"))


def _source_digest() -> str:
    """Of the program's own text: what is written otherwise may come to something else."""
    digest = sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _signals() -> Any:
    from smilepay_cli.commands.stopping import signals_interrupt

    return signals_interrupt()
