"""`smilepay forge`"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import Plain, command
from smilepay_cli.commands.stopping import signals_interrupt
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import species_names
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.harnesses.forging.planning import ForgeRequest

EXAMPLES = (
    "smilepay forge people/lin --species 'print*,screen*' --seed 7 --out forged",
    "smilepay forge people/lin people/otto --species morph,blur --out two",
)
EPILOG = "What is simulated, and what is not: docs/forging.md."


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "forge", plain=Plain.TOLD, epilog=EPILOG, examples=EXAMPLES)
    def forge(
        call: Call,
        images: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="IMAGES",
                help="Bona fide pictures: a folder of people (lin/1.jpg; bona_fide/lin/1.jpg), folders of one person's "
                "pictures, or files. A folder within a person's is one capture.",
                show_default=False,
            ),
        ] = None,
        species: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME,...",
                help="What to make; patterns too. Default: all, which is every attack of one picture.",
                autocompletion=species_names,
            ),
        ] = None,
        seed: Annotated[int, typer.Option(metavar="N", min=0, help="Same seed, same bytes.")] = 0,
        out: Annotated[
            str | None, typer.Option(metavar="FOLDER", help="A new or empty folder; nothing is written over.")
        ] = None,
        strength: Annotated[
            list[str] | None,
            typer.Option(
                metavar="[NAME=]X",
                help="From 0, as good as can be, to 1, without much care (default); of one species: blur=0.5.",
            ),
        ] = None,
        per_image: Annotated[
            int, typer.Option("--per-image", metavar="N", min=1, max=1000, help="Variants of each.")
        ] = 1,
        frames: Annotated[
            int, typer.Option(metavar="N", min=3, max=300, help="Of captures that are made of single pictures.")
        ] = 16,
        subject: Annotated[
            str | None, typer.Option(metavar="NAME", help="Who is on all of them; default: the name of their folder.")
        ] = None,
        with_bona_fide: Annotated[
            bool, typer.Option("--with-bona-fide", help="Put the originals into the set too.")
        ] = False,
        expect_refusal: Annotated[
            bool, typer.Option("--expect-refusal", help="Attacks that are not refused make a replay end with 30.")
        ] = False,
        list_: Annotated[bool, typer.Option("--list", help="What there is to make.")] = False,
    ) -> Result:
        """Make simulated attacks from bona fide pictures, as a set that replay takes.

        Prints, screens, copies, morphs, masks, faked captures; and honest pictures of poor quality, to compare with.

        Simulations, for testing a system of one's own with pictures of people who agreed to it.
        """
        from smilepay_cli.harnesses.forging.asking import chosen, strengths
        from smilepay_cli.harnesses.forging.asking import species as all_species
        from smilepay_cli.harnesses.forging.names import ALL

        if list_:
            return all_species()
        from smilepay_cli.harnesses.forging.planning import ForgeRequest

        ways = chosen(species or [ALL])
        request = ForgeRequest(
            ways=ways,
            strengths=strengths(strength or [], ways),
            seed=seed,
            per_image=per_image,
            frames=frames,
            with_bona_fide=with_bona_fide,
            expect="refuse" if expect_refusal else None,
        )
        return _forged(call, images or [], subject, out, request)


def _forged(call: Call, images: list[str], subject: str | None, out: str | None, request: ForgeRequest) -> Result:
    from smilepay_cli.adapters.album import FolderAlbum
    from smilepay_cli.adapters.new_folder import new_folder
    from smilepay_cli.harnesses.forging.making import forge
    from smilepay_cli.harnesses.forging.manifest import MANIFEST
    from smilepay_cli.harnesses.forging.material import subject_name

    if not images:
        raise UsageProblem("no pictures were named", hint="a folder of people: smilepay forge FOLDER --out FOLDER")
    if out is None:
        raise UsageProblem("--out is needed", hint="a new or empty folder for what is made")
    album = FolderAlbum(images, subject_name(subject) if subject is not None else None)
    looking, making = call.progress("Looking for a face: picture"), call.progress("Forging: trial")
    with ExitStack() as stack:
        stack.enter_context(signals_interrupt())
        folder = stack.enter_context(new_folder(out, MANIFEST))
        return forge(call.till, album, request, folder, looking, making)
