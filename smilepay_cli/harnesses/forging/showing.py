"""What of all that is made comes onto the contact sheet: chosen before anything is made, kept small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smilepay_cli.harnesses.forging.material import Material
from smilepay_cli.harnesses.forging.planning import ForgeRequest, Job
from smilepay_cli.harnesses.forging.reels import Reel
from smilepay_cli.harnesses.forging.sheet import COLUMNS, Row, drawn, small, spread

if TYPE_CHECKING:
    from smilepay_cli.vocabulary.faces import Pixels

FRAMES_SHOWN = 3
"""Of a capture: the first, the middle and the last."""
TITLE = "Simulated presentations and injections, made by smilepay forge"
NOTE = "from the pictures in the first row, seed {seed}: for testing a system of one's own"


class Showcase:
    """A row for every species: where there are more than fit, from the first to the last in even steps."""

    def __init__(self, jobs: Sequence[Job], request: ForgeRequest) -> None:
        self._note = NOTE.format(seed=request.seed)
        self._rows: dict[str, Row] = {}
        self._chosen: set[Job] = set()
        for way in request.ways:
            if its := [job for job in jobs if job.way == way]:
                self._rows[way.name] = Row(way.name, way.what)
                self._chosen.update(spread(its, COLUMNS // (FRAMES_SHOWN if way.is_capture else 1)))
        chosen = [job for job in jobs if job in self._chosen]
        stills = [job.source for job in chosen if isinstance(job.source, Material)]
        first = stills or [job.source.pictures[0] for job in chosen if isinstance(job.source, Reel)]
        self.originals = spread(list(dict.fromkeys(first)), COLUMNS)
        """To be shown in a row of their own."""

    def add(self, job: Job, frames: Sequence[Pixels]) -> None:
        """What was made, where it is one of those that are shown."""
        if job not in self._chosen:
            return
        name = job.source.who + (f" #{job.variant}" if job.variant > 1 else "")
        name += f" + {job.partner.who}" if job.partner else ""
        shown = [frames[0], frames[len(frames) // 2], frames[-1]] if job.way.is_capture else frames
        self._rows[job.way.name].pictures.extend((name, small(frame)) for frame in shown)

    def sheet(self, originals: Sequence[tuple[Material, Pixels]]) -> Pixels:
        """The whole of it."""
        first = Row("originals", "bona fide", [(material.who, small(pixels)) for material, pixels in originals])
        return drawn(TITLE, self._note, [first, *(row for row in self._rows.values() if row.pictures)])
