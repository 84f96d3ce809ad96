"""`smilepay replay`"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import Plain, command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import challenge_steps, gallery_words, seller_names
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    pass

EXAMPLES = (
    "smilepay replay attacks/ --out run1 --gate 'iapar[print*] <= 0.02'",
    "smilepay replay set.csv --gallery people/ --out run2 --seed 7",
)


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "replay", plain=Plain.TOLD, examples=EXAMPLES)
    def replay(
        call: Call,
        images: Annotated[
            str,
            typer.Argument(
                metavar="SET", help="A manifest (.csv, .jsonl), or a folder: bona_fide/NAME, attack/SPECIES/NAME."
            ),
        ],
        out: Annotated[
            str,
            typer.Option(
                metavar="FOLDER",
                help="A new folder for results and reports; a run that was stopped goes on in its own.",
            ),
        ],
        gallery: Annotated[
            str | None,
            typer.Option(
                metavar="wallet|manifest|FOLDER",
                help="Who is enrolled: this wallet's people, rows tagged enrol, or NAME/*.",
                autocompletion=gallery_words,
            ),
        ] = None,
        gate: Annotated[
            list[str] | None,
            typer.Option(metavar="EXPR", help="What has to hold, as 'fnir <= 5 %'; else exit 30. Repeatable."),
        ] = None,
        data: Annotated[
            str | None,
            typer.Option(metavar="URL", help="Where a manifest's files are, for fsspec: s3://bucket/faces."),
        ] = None,
        baseline: Annotated[
            str | None, typer.Option(metavar="summary.json", help="An earlier run to compare with, case by case.")
        ] = None,
        amount: Annotated[str, typer.Option(metavar="AMOUNT", help="Where the set names none.")] = "1.00",
        merchant: Annotated[
            str | None,
            typer.Option(
                metavar="SELLER",
                help="Who is paid; default: the catalogue's first seller.",
                autocompletion=seller_names,
            ),
        ] = None,
        seed: Annotated[int, typer.Option(metavar="N", help="Ids, nonces and times follow from it.")] = 0,
        jobs: Annotated[int, typer.Option(metavar="N", min=1, max=256, help="Processes that look at pictures.")] = 1,
        dask: Annotated[
            str | None, typer.Option(metavar="ADDRESS", help="Look at pictures on a Dask cluster: tcp://HOST:PORT.")
        ] = None,
        carry_state: Annotated[
            bool, typer.Option("--carry-state", help="Money, strikes and pictures seen go on from row to row.")
        ] = False,
        as_stills: Annotated[
            bool, typer.Option("--as-stills", help="Several frames are images of one capture, and no camera.")
        ] = False,
        fps: Annotated[float, typer.Option(metavar="N", help="Frames a second of captures.")] = 12.0,
        challenge: Annotated[
            str | None,
            typer.Option(
                metavar="STEP,...",
                help="In place of drawn ones, for captures under strict.",
                autocompletion=challenge_steps,
            ),
        ] = None,
        pad_model: Annotated[str | None, typer.Option(metavar="FILE.onnx", help="A PAD model that can refuse.")] = None,
        cache: Annotated[
            str | None, typer.Option(metavar="DIR", help="Where what was measured is kept; default: the user's cache.")
        ] = None,
        no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep nothing of what was measured.")] = False,
        restart: Annotated[bool, typer.Option("--restart", help="Begin a run that was stopped anew.")] = False,
    ) -> Result:
        """Push a set of images through the path that pay takes, on a scratch copy of the wallet, and say what got in.

        Error rates by the standards' names with counts and 95 % intervals, the money that moved, and the evidence of
        each case. Files are simulated presentations or injections: a test of this system, not of a camera.
        """
        from smilepay_cli.commands.remembering import cache_folder, whole_path
        from smilepay_cli.commands.replaying.asked import Asked
        from smilepay_cli.commands.replaying.run import replayed

        asked = Asked(
            images=images, data=data, out=whole_path(out, "--out"), gallery=gallery, gates=tuple(gate or ()),
            baseline=baseline, amount=amount, merchant=merchant, seed=seed, jobs=jobs, dask=dask,
            carry_state=carry_state, as_stills=as_stills, fps=fps, challenge=challenge, pad_model=pad_model,
            cache=None if no_cache else cache_folder(call, cache), restart=restart,
        )  # fmt: skip
        with ExitStack() as stack:
            return replayed(call, asked, stack)
