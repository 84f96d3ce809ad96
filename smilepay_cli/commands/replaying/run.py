"""One run: everything is put together, checked, tried, and told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import smilepay_cli
from smilepay_cli.adapters.capture.camera import FASTEST
from smilepay_cli.adapters.capture.files import printable
from smilepay_cli.adapters.capture.set_frames import SetFrames
from smilepay_cli.adapters.face_memory import FaceMemory
from smilepay_cli.adapters.far_files import FarSet
from smilepay_cli.adapters.run_folder import RESULTS, RunFolder, rows_of
from smilepay_cli.adapters.sets import MANIFESTS, open_set
from smilepay_cli.commands.lookout import Lookout, made_by
from smilepay_cli.commands.remembering import open_memory, whole_path
from smilepay_cli.commands.replaying.cluster import workers
from smilepay_cli.commands.replaying.people import ENROL, MANIFEST, WALLET, People, named
from smilepay_cli.commands.replaying.presenting import Presenting, read
from smilepay_cli.commands.replaying.telling import facts, written
from smilepay_cli.commands.stopping import signals_interrupt
from smilepay_cli.harnesses.replay.conditions import Conditions
from smilepay_cli.harnesses.replay.gallery import Enrolment, enrolled
from smilepay_cli.harnesses.replay.running import Run, wallet_of
from smilepay_cli.harnesses.replay.summing import ReplayResult, summed, unmet
from smilepay_cli.render.text import plural
from smilepay_cli.rules.policy_files import as_figures
from smilepay_cli.rules.replay.baseline import Compared, compare
from smilepay_cli.rules.replay.gates import Gate, check_gate, judge
from smilepay_cli.rules.replay.measures import measures
from smilepay_cli.rules.replay.rates import Rate
from smilepay_cli.rules.replay.rows import as_row, line_of
from smilepay_cli.rules.replay.tally import Tally
from smilepay_cli.verbs.challenge import fixed_challenge
from smilepay_cli.verbs.looking import named as named_pad
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.money import parse_amount
from smilepay_cli.vocabulary.results import Refusal

if TYPE_CHECKING:
    from smilepay_cli.commands.call import Call
    from smilepay_cli.commands.replaying.asked import Asked
    from smilepay_cli.ports import ReplaySet
    from smilepay_cli.verbs.till import Till
    from smilepay_cli.vocabulary.trials import Trial

MOST_UNEXPECTED = 50


def replayed(call: Call, asked: Asked, stack: ExitStack) -> ReplayResult:
    """The whole of a run. Raises UsageProblem before anything runs, for whatever does not fit together."""
    return _Replay(call, asked, stack).result()


class _Replay:
    """One run and what it is made of; parts are made when they are needed first."""

    def __init__(self, call: Call, asked: Asked, stack: ExitStack) -> None:
        self.call, self.asked, self.stack = call, asked, stack
        self.seconds = 0.0
        """Since this run began, or goes on."""

    def result(self) -> ReplayResult:
        """Run it, and write everything that is told of it."""
        species = {trial.pai_species or "unnamed" for trial in self.trials if trial.kind.is_attack}
        earlier = _earlier(self.asked.baseline)
        gates = [check_gate(text, species, has_baseline=earlier is not None) for text in self.asked.gates]
        self._require_out_apart()
        conditions, folder = self.conditions, self.folder
        folder.open(restart=self.asked.restart, anew=self.asked.carry_state)
        self.stack.callback(folder.close)
        tally = Tally.from_json(folder.tally) if folder.tally else Tally()
        with signals_interrupt():
            _ = self.workers  # they load their models while people are enrolled here
            enrolments = self._enrol()
            self._run(conditions, tally)
        compared = compare(rows_of(earlier), folder.results()) if earlier else None
        return self._told(tally, enrolments, gates, compared)

    @cached_property
    def trial_set(self) -> ReplaySet:
        """The set, checked as a whole."""
        found: ReplaySet = (
            open_set(self.asked.images) if self.asked.data is None else FarSet(self.asked.images, self.asked.data)
        )
        self.call.warnings.extend(found.warnings)
        return found

    @cached_property
    def people(self) -> People:
        """Who is enrolled."""
        return People(self.call, self.trial_set, self.asked.images, self.asked.gallery)

    @cached_property
    def trials(self) -> Sequence[Trial]:
        """Those that are tried."""
        if self.people.kind != MANIFEST:
            return self.trial_set.trials
        return [trial for trial in self.trial_set.trials if ENROL not in trial.tags]

    @cached_property
    def conditions(self) -> Conditions:
        """Raises UsageProblem for an amount, a seller, a challenge or a frame rate that makes no sense."""
        if not 0 < self.asked.fps <= FASTEST:
            raise UsageProblem(f"--fps must be above 0 and at most {FASTEST:.0f}")
        if self.asked.challenge is not None:
            any_film = SetFrames((), read, FaceMemory(), fps=self.asked.fps)
            fixed_challenge(self.asked.challenge, any_film, self.call.policy)
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
        where = os.path.realpath(self.asked.images)
        key = sha256(f"{where!r} {self.trial_set.digest} {self.under}".encode()).hexdigest()
        return RunFolder(self.asked.out, key, self.call.environment.clock.monotonic)

    @cached_property
    def under(self) -> str:
        """What names everything that an outcome follows from, besides the trial and its files."""
        own = self.own_till
        catalogue = sha256(own.catalogue.read()).hexdigest()
        told = (
            _source_digest(), made_by(own.engine), self.people.kind == WALLET, self.people.digest, catalogue,
            named_pad(own.pad), sorted(as_figures(self.call.policy).items()), repr(self.conditions),
        )  # fmt: skip
        return sha256(repr(told).encode()).hexdigest()

    @cached_property
    def own_till(self) -> Till:
        """Of the wallet, with the PAD model."""
        return self.call.till_with(self.asked.pad_model)

    @cached_property
    def memory(self) -> FaceMemory:
        """What was measured before; with --no-cache in this run."""
        memory = open_memory(self.call, self.own_till.engine, self.asked.cache or self.folder.scratch / "cache")
        self.stack.callback(memory.close)
        return memory

    @cached_property
    def till(self) -> Till:
        """Over the scratch wallet, with the memory."""
        from smilepay_cli.adapters.scratch_vault import ScratchVault

        home, own = self.folder.scratch, self.own_till
        # The copy of a wallet is opened by the wallet's own key; people of a folder leave nothing in a keyring.
        vault = own.vault if self.people.kind == WALLET else ScratchVault(home, self.asked.seed)
        till = self.call.till_at(home, self.call.policy, vault=vault)
        self.stack.callback(till.store.close)
        return replace(
            till, catalogue=own.catalogue, engine=own.engine, pad=own.pad, memory=self.memory, terminal="replay"
        )

    @cached_property
    def presenting(self) -> Presenting:
        """The trials' pictures."""
        return Presenting(self.asked, self.trial_set, self.till, self.memory, self.under)

    @cached_property
    def workers(self) -> Any:
        """Those who look ahead; None where this process does it all."""
        lookout = Lookout(self.call.shared.engine, self.call.policy, self.asked.pad_model)
        found = workers(lookout, self.asked.jobs, self.asked.dask)
        if found is not None:
            self.stack.callback(found.close)
            found.warm(())
        return found

    def _require_out_apart(self) -> None:
        """Where folders say what is in them, one more would not belong there when the set is opened again."""
        images, out = Path(self.asked.images), os.path.realpath(self.asked.out)
        is_manifest = any(os.path.lexists(images / name) for name in MANIFESTS)
        folders = {"set": images} if images.is_dir() and not is_manifest else {}
        if self.people.kind == "folder":
            folders["gallery"] = whole_path(self.people.named, "--gallery")
        for what, folder in folders.items():
            if Path(out).is_relative_to(os.path.realpath(folder)):
                raise UsageProblem(
                    f"--out {printable(str(self.asked.out))} lies in the {what}'s folder, and would be a part of it",
                    hint="name a folder beside it",
                    reason="unusable_folder",
                )

    def _enrol(self) -> Rate | None:
        """Fill the scratch wallet. None where people come from the wallet."""
        if self.people.kind == WALLET:
            self.people.copy_wallet(self.folder.scratch)
            return None
        people = self.people.files
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

    def _stills(self, files: Sequence[str]) -> SetFrames:
        return SetFrames(list(named(files)), read, self.memory)

    def _run(self, conditions: Conditions, tally: Tally) -> None:
        """Try every trial that was not tried yet."""
        folder, clock = self.folder, self.call.environment.clock
        ahead = self.presenting.ahead(self.workers)
        run = Run(wallet_of(self.till), conditions, self.presenting, self.presenting.frames, ahead)
        first, limit = folder.rows, self.call.policy.dissimilarity_max
        begun, before = clock.monotonic(), folder.seconds
        outcomes = run.outcomes(islice(self.trials, first, None), first)
        shown = self.call.timed_progress("Trying", first)
        is_whole = True
        """The tally is of just those rows that are in the folder."""
        with closing(outcomes):
            try:
                for outcome in outcomes:
                    is_whole = False
                    tally.add(outcome, dissimilarity_max=limit)
                    folder.append(line_of(as_row(outcome, dissimilarity_max=limit)))
                    is_whole = True
                    self.seconds = clock.monotonic() - begun
                    folder.seconds = before + self.seconds
                    shown(folder.rows, len(self.trials))
                    if folder.note_is_due():
                        folder.note(tally.as_json(), folder.seconds)
            except KeyboardInterrupt:
                if is_whole:  # else the note before holds, and the rows since are tried again
                    folder.note(tally.as_json(), folder.seconds)
                goes_on = "begins anew" if conditions.carry_state else "goes on from there"
                self.call.say(f"stopped after {plural(folder.rows, 'row')}; the same command {goes_on}")
                raise
        folder.note(tally.as_json(), folder.seconds)

    def _told(
        self, tally: Tally, enrolments: Rate | None, gates: Sequence[Gate], compared: Compared | None
    ) -> ReplayResult:
        folder = self.folder
        found = measures(tally, enrolments=enrolments)
        verdicts = [verdict for gate in gates for verdict in judge(gate, tally, found, compared)]
        told = facts(
            self.call, self.presenting, self.people, self.trials, seconds=folder.seconds, now=self.seconds
        )  # fmt: skip
        summary = summed(
            told, tally, enrolments=enrolments, verdicts=verdicts, compared=compared, baseline=self.asked.baseline or ""
        )
        refusal = unmet(verdicts, summary["unexpected"])
        files = written(self.call, folder, self.presenting, self.trials, summary)
        contradict = (row for row in folder.results() if row["as_expected"] is False)
        unexpected = list(islice(contradict, MOST_UNEXPECTED))
        contradict.close()
        folder.finish()
        return ReplayResult(
            refusal=Refusal.of(refusal) if refusal else None, summary=summary, unexpected=unexpected, files=files
        )


def _earlier(baseline: str | None) -> Path | None:
    """The results of an earlier run, by its summary. Raises UsageProblem, also for results that are none."""
    if baseline is None:
        return None
    summary = Path(baseline)
    results = summary.parent / RESULTS if summary.name != RESULTS else summary
    if not results.is_file():
        raise UsageProblem(f"--baseline {summary}: no {RESULTS} beside it", hint="keep the whole folder of a run")
    compare(rows_of(results), islice(rows_of(results), 1))  # what is wrong with it is told before anything runs
    return results


def _source_digest() -> str:
    """Of the program's own text: what is written otherwise may come to something else."""
    digest = sha256()
    for path in sorted(Path(smilepay_cli.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
