"""Making a set of simulated attacks: every species that is asked for, from every original, as trials of a replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from operator import itemgetter

from smilepay_cli.harnesses.forging.crafting import crafted
from smilepay_cli.harnesses.forging.encoding import png, suffix_of
from smilepay_cli.harnesses.forging.manifest import MANIFEST, tag
from smilepay_cli.harnesses.forging.material import Material, Pictures, Supply, looked_at
from smilepay_cli.harnesses.forging.planning import ForgeRequest, Job, planned
from smilepay_cli.harnesses.forging.sheet import SHEET
from smilepay_cli.harnesses.forging.showing import Showcase
from smilepay_cli.ports import Album, Folder, Progress
from smilepay_cli.rules.sets.writing import csv_lines
from smilepay_cli.verbs.till import Till
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.originals import LeftOut
from smilepay_cli.vocabulary.results import Result
from smilepay_cli.vocabulary.trials import Kind, Trial

EXACT_COPY = "exact_copy"
"""The only species whose files are the originals', byte for byte: it is caught by its digest, or not."""
ORIGINALS = -1
"""Their place in the manifest: before everything that is made of them."""


@dataclass(frozen=True, slots=True)
class Made:
    """How much of a species there is now."""

    species: str
    family: str
    kind: Kind
    trials: int


@dataclass(frozen=True, kw_only=True)
class ForgeResult(Result):
    """What was made. `folder` is a set for `replay`, with `manifest` and `contact_sheet` in it."""

    folder: str
    manifest: str
    contact_sheet: str
    seed: int
    people: int
    pictures: int
    """Originals that were used, and `captures` as well."""
    captures: int
    trials: int
    """Rows of the manifest."""
    made: tuple[Made, ...]
    left_out: tuple[LeftOut, ...]


def silent(done: int, total: int) -> None:
    """Nobody is told how far it is."""


def forge(
    till: Till,
    album: Album,
    request: ForgeRequest,
    folder: Folder,
    looking: Progress = silent,
    making: Progress = silent,
) -> ForgeResult:
    """Fill a folder with what is asked for: pictures, contact sheet, manifest. The same request gives the same bytes.

    Of the till, the engine and what its policy says of faces are used. Raises UsageProblem where no original can be
    used, where nothing can be made of those that can, and where the folder cannot be written.
    """
    pictures = Pictures(album)
    supply = looked_at(till, album.originals(), pictures, looking)
    if not supply.people:
        raise UsageProblem("no picture can be used", hint=_why(supply.left_out), reason="no_images")
    plan = planned(supply, request)
    if not plan.jobs:
        raise UsageProblem("nothing can be made of these pictures", hint=_why(plan.left_out), reason="no_images")
    workshop = _Workshop(request, pictures, folder, Showcase(plan.jobs, request))
    if request.with_bona_fide:
        workshop.copy_originals(supply)
    for number, job in enumerate(plan.jobs):
        making(number, len(plan.jobs))
        workshop.make(job)
    trials = workshop.finish()
    return ForgeResult(
        folder=folder.place,
        manifest=MANIFEST,
        contact_sheet=SHEET,
        seed=request.seed,
        people=len(supply.people),
        pictures=len(supply.stills),
        captures=len(supply.captures),
        trials=trials,
        made=workshop.made,
        left_out=(*supply.left_out, *plan.left_out, *workshop.left_out),
    )


def _why(left_out: Sequence[LeftOut]) -> str:
    """The first that was left out, and how many more."""
    if not left_out:
        return "give a folder of people, each of them a folder of pictures: lin/1.jpg"
    first = left_out[0]
    more = f"; {len(left_out) - 1:,} more left out" if len(left_out) > 1 else ""
    return f"{first.what}: {first.message}{more}"


class _Workshop:
    """Makes one job after the other, and remembers what manifest and contact sheet have to say of them."""

    def __init__(self, request: ForgeRequest, pictures: Pictures, folder: Folder, showcase: Showcase) -> None:
        self.left_out: list[LeftOut] = []
        self._request = request
        self._pictures = pictures
        self._folder = folder
        self._showcase = showcase
        self._rows: list[tuple[int, Trial]] = []
        self._count: Counter[str] = Counter()
        self._taken: set[str] = set()
        self._places = {way.name: place for place, way in enumerate(request.ways)}

    @property
    def made(self) -> tuple[Made, ...]:
        """So far, by species."""
        ways = [way for way in self._request.ways if self._count[way.name]]
        return tuple(Made(way.name, way.family, way.kind, self._count[way.name]) for way in ways)

    def copy_originals(self, supply: Supply) -> None:
        """The very bytes of everything that can be used."""
        for material in (*supply.stills, *supply.captures):
            try:
                files = [_named(self._pictures.read(file)[0], file) for file in material.files]
            except UsageProblem as problem:
                self._leave_out(f"original {material.who}", problem)
                continue
            trial = Trial(id="", path="", kind=Kind.BONA_FIDE, subject=material.subject)
            path = self._free(f"{Kind.BONA_FIDE}/{material.subject}/{material.name}")
            self._put(ORIGINALS, trial, path, files, is_capture=material.is_capture)

    def make(self, job: Job) -> None:
        """One trial. What cannot be read any more, or is too much, is left out."""
        way, source = job.way, job.source
        try:
            frames = crafted(job, self._pictures, self._request)
            if way.name == EXACT_COPY and isinstance(source, Material):
                files = [_named(self._pictures.first(source)[0], source.files[0])]
            else:
                files = [(png(frame), ".png") for frame in frames]
        except UsageProblem as problem:
            self._leave_out(f"{way.name} of {source.who}", problem)
            return
        path = self._free(_path(job))
        self._put(self._places[way.name], self._trial(job), path, files, is_capture=way.is_capture)
        self._count[way.name] += 1
        self._showcase.add(job, frames)

    def finish(self) -> int:
        """Contact sheet, and at last the manifest: what has one is whole. How many trials are in it."""
        shown = []
        for material in self._showcase.originals:
            with suppress(UsageProblem):  # gone since; there is a line about it, or what was made of it before
                shown.append((material, self._pictures.first(material)[1]))
        self._folder.write(SHEET, png(self._showcase.sheet(shown)))
        rows = [trial for _, trial in sorted(self._rows, key=itemgetter(0))]
        self._folder.write(MANIFEST, b"".join(csv_lines(rows)))
        return len(rows)

    def _put(
        self, place: int, trial: Trial, path: str, files: Sequence[tuple[bytes, str]], *, is_capture: bool
    ) -> None:
        """Write the files of a trial, and its row."""
        if is_capture:
            for number, (data, suffix) in enumerate(files):
                self._folder.write(f"{path}/{number:03d}{suffix}", data)
            self._rows.append((place, replace(trial, id=path, path=path)))
            return
        [(data, suffix)] = files
        file = path + suffix
        self._folder.write(file, data)
        self._rows.append((place, replace(trial, id=file, path=file, sha256=sha256(data).hexdigest())))

    def _trial(self, job: Job) -> Trial:
        """What the manifest says of a job: honest pictures have no species, and the set expects nothing of them."""
        way, is_attack = job.way, job.way.kind.is_attack
        tags = [tag("of", job.source.who), tag("seed", str(self._request.seed))]
        tags.append(tag("strength", f"{self._request.strength(way):g}"))
        tags += [tag("variant", str(job.variant))] if job.variant > 1 else []
        tags += [tag("with", job.partner.who)] if job.partner else []
        tags += [] if is_attack else [tag("species", way.name)]
        return Trial(
            id="",
            path="",
            kind=way.kind,
            subject=job.source.subject,
            pai_species=way.name if is_attack else None,
            expect=self._request.expect if is_attack else None,
            tags=tuple(tags),
        )

    def _free(self, path: str) -> str:
        """A path that nothing has yet, whatever its name may end in."""
        free, number = path, 1
        while free in self._taken:
            number += 1
            free = f"{path}-{number}"
        self._taken.add(free)
        return free

    def _leave_out(self, what: str, problem: UsageProblem) -> None:
        self.left_out.append(LeftOut(what, problem.reason, problem.message))


def _path(job: Job) -> str:
    """Where a set has it, by the folders that replay knows; without the end of its name."""
    name = job.source.name + (f"-v{job.variant}" if job.variant > 1 else "")
    if job.way.kind.is_attack:
        return f"{job.way.kind}/{job.way.name}/{job.source.subject}/{name}"
    return f"{Kind.BONA_FIDE}/{job.source.subject}/{job.way.name}-{name}"


def _named(data: bytes, file: str) -> tuple[bytes, str]:
    return data, suffix_of(data, file)
