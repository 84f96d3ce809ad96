"""`smilepay shop`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import item_names, people_names
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.results import Result


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "shop", sample=True, examples=("smilepay shop", "smilepay shop latte=2 stamp --image lin.jpg"))
    def shop(
        call: Call,
        picks: Annotated[
            list[str] | None,
            typer.Argument(metavar="ITEM[=QTY]", help="What to buy; nothing: look around.", autocompletion=item_names),
        ] = None,
        account: Annotated[
            str | None, typer.Option(metavar="NAME", help="Say who you are (1:1).", autocompletion=people_names)
        ] = None,
        edit: Annotated[bool, typer.Option("--edit", help="Change the catalogue in $VISUAL or $EDITOR.")] = False,
        catalogue: Annotated[
            str | None, typer.Option(metavar="FILE", help="Make this file the catalogue; with --edit, start from it.")
        ] = None,
        listed: Annotated[bool, typer.Option("--list", help="Print what is on sale, also at a terminal.")] = False,
    ) -> Result:
        """See what is on sale; with ITEMs be recognised and open an order.

        At a terminal and without ITEMs: a shop to walk through, and to pay in with a smile.

        With --edit or --catalogue: change what is on sale.
        """
        if edit or catalogue:
            if picks or account or call.sample.given:
                raise UsageProblem(tr("the catalogue is changed or shopped from, not both"))
            return _changed(call, catalogue, edit=edit)
        if picks and listed:
            raise UsageProblem(
                tr("--list shows what is on sale, and buys nothing"), hint=tr("leave out --list, or the items")
            )
        if picks:
            _require_no_picture(picks)
            from smilepay_cli.verbs.shop import shop

            return shop(call.till, picks, call.source, account=account)
        if not listed and "-" not in call.sample.image:
            from smilepay_cli.commands.shopping import go_shopping, is_somebody_there

            if is_somebody_there(call):
                return go_shopping(call, account)
        if call.sample.given:
            raise UsageProblem(
                tr("a face, but nothing picked"), hint=tr("name what to buy: smilepay shop ITEM --image FILE")
            )
        from smilepay_cli.verbs.catalogue import browse

        return browse(call.till)


def _require_no_picture(picks: list[str]) -> None:
    """`--image lin/*.jpg` is one picture and many items: the shell makes words of it."""
    from smilepay_cli.adapters.capture.images import SUFFIXES

    for pick in picks:
        if Path(pick).suffix.lower() in SUFFIXES:
            raise UsageProblem(
                tr("{pick!r} is a picture, and stands where items do", pick=pick),
                hint=tr("each picture needs an --image of its own; or name their folder"),
            )


def _changed(call: Call, file: str | None, *, edit: bool) -> Result:
    from smilepay_cli.adapters.capture.files import read_file
    from smilepay_cli.adapters.packaged import LARGEST_CATALOGUE
    from smilepay_cli.verbs import edit as verb

    text = read_file(Path(file), LARGEST_CATALOGUE) if file else None
    if edit:
        return verb.edit(call.till, call.editor(), text)
    assert file is not None and text is not None
    return verb.replace_catalogue(call.till, text, name=file)
