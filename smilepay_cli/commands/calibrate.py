"""`smilepay calibrate`"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smilepay_cli.commands.call import Call
from smilepay_cli.commands.options import Plain, command
from smilepay_cli.commands.tree import Commands
from smilepay_cli.commands.values import policy_names
from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.results import Result

if TYPE_CHECKING:
    from smilepay_cli.adapters.face_memory import FaceMemory
    from smilepay_cli.ports import FrameSource
    from smilepay_cli.vocabulary.policies import Policy

EXAMPLES = (
    "smilepay calibrate people/ --target-fmr 0.02 --out door.toml",
    "smilepay calibrate set.csv --target-fmr '5 %' --extends strict --seed 7",
)
EPILOG = "How the numbers are chosen, and what they show: docs/calibrating.md."

TOML = ".toml"
MOST = 0.1
"""FMR that can be asked for: what lets every tenth stranger in needs no calibration."""
_SHARE = re.compile(r"(?P<number>[0-9]{0,9}\.?[0-9]{1,15}(?:[eE]-[0-9]{1,2})?)\s*(?P<percent>%?)", re.ASCII)


def register(commands: Commands) -> None:
    """Add the command."""

    @command(commands, "calibrate", plain=Plain.TOLD, epilog=EPILOG, examples=EXAMPLES)
    def calibrate(
        call: Call,
        images: Annotated[
            str,
            typer.Argument(
                metavar="IMAGES",
                help="A folder of people (lin/1.jpg; bona_fide/lin/1.jpg), or a manifest: its bona fide rows.",
            ),
        ],
        target_fmr: Annotated[
            str, typer.Option("--target-fmr", metavar="R", help="False match rate to stay within: 0.001, or '0.1 %'.")
        ],
        out: Annotated[
            str | None,
            typer.Option(metavar="POLICY.toml", help="A new file for the policy. Without it, it is shown only."),
        ] = None,
        name: Annotated[
            str | None,
            typer.Option(metavar="NAME", help="What the policy is called; in a folder --out, its file is NAME.toml."),
        ] = None,
        extends: Annotated[
            str | None,
            typer.Option(
                metavar="NAME",
                help="The policy that everything else is taken from; default: standard.",
                autocompletion=policy_names,
            ),
        ] = None,
        seed: Annotated[int, typer.Option(metavar="N", help="Who is in which half follows from it.")] = 0,
        report_share: Annotated[
            float, typer.Option("--report-share", metavar="X", min=0.1, max=0.9, help="Of the people.")
        ] = 0.5,
        cache: Annotated[
            str | None, typer.Option(metavar="DIR", help="Where what was measured is kept; default: the user's cache.")
        ] = None,
        no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep nothing of what was measured.")] = False,
    ) -> Result:
        """Find threshold and margin for a false match rate, on mated and non-mated pictures of one's own.

        Chosen on one half of the people, by the upper bound of the rate, and told of the other half.

        A target that the pictures cannot show is refused (30), with how many it would take.
        """
        from dataclasses import replace

        from smilepay_cli import __version__
        from smilepay_cli.adapters.face_memory import FaceMemory as Memory
        from smilepay_cli.adapters.set_album import people_in
        from smilepay_cli.commands.remembering import cache_folder, open_memory
        from smilepay_cli.commands.stopping import signals_interrupt
        from smilepay_cli.harnesses.calibration.calibrating import CalibrateRequest
        from smilepay_cli.harnesses.calibration.calibrating import calibrate as calibrated

        target, base = share(target_fmr), _base(call, extends)
        file = _file(out, name)
        named = name or (file.stem if file else "calibrated")
        request = CalibrateRequest(
            target=target, seed=seed, report_share=report_share, name=_printable(named), version=__version__
        )
        originals, warnings = people_in(images)
        call.warnings.extend(warnings)
        with ExitStack() as stack:
            stack.enter_context(signals_interrupt())
            till = call.till_at(call.home, base)
            memory = Memory() if no_cache else open_memory(call, till.engine, cache_folder(call, cache))
            stack.callback(memory.close)
            result = calibrated(
                replace(till, memory=memory),
                originals,
                lambda files: _stills(files, memory),
                request,
                call.progress("Looking for a face: picture"),
                call.progress("Comparing picture"),
            )
        if file is None or result.policy is None:
            return result
        return replace(result, file=call.outbox.write_new(str(file), [result.policy.encode()]))


def _stills(files: Sequence[str], memory: FaceMemory) -> FrameSource:
    """The files of the next picture; what was measured on the one before is kept now."""
    from smilepay_cli.adapters.capture.files import read_file
    from smilepay_cli.adapters.capture.set_frames import SetFrames

    memory.turn()
    return SetFrames(files, lambda name: read_file(Path(name)), memory)


def share(text: str) -> float:
    """`0.001` or `0.1 %`. Raises UsageProblem for what is no rate to ask for."""
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise UsageProblem(f"--target-fmr {text!r} is no rate", hint="write it as 0.001, or as '0.1 %'")
    rate = float(found["number"]) / (100 if found["percent"] else 1)
    if not 0 < rate <= MOST:
        raise UsageProblem(
            f"--target-fmr {text!r} is {'0' if not rate else f'more than {MOST:g}'}",
            hint="above 0 and at most 0.1; rates are shares of 1, or percent with a %",
        )
    return rate


def _base(call: Call, extends: str | None) -> Policy:
    """The named policy that is extended; pictures are looked at under it. Raises UsageProblem."""
    named = extends or call.shared.policy or "standard"
    if extends and call.shared.policy not in (None, extends):
        raise UsageProblem(f"--extends {extends} and --policy {call.shared.policy}", hint="name one of them")
    if named.endswith(TOML):
        raise UsageProblem("a policy file extends a named policy, and no file", hint="--extends demo|standard|strict")
    return call.profile(named)


def _file(out: str | None, name: str | None) -> Path | None:
    """Where the policy goes; looked at before anything takes long. Raises UsageProblem."""
    if out is None:
        return None
    path = Path(out).expanduser().absolute()
    if path.is_dir():
        path = path / f"{name or 'calibrated'}{TOML}"
        if name and Path(name).name != name:
            raise UsageProblem(f"--name {name!r} is no name for a file", reason="bad_name")
    if path.suffix != TOML:
        raise UsageProblem(f"--out {out}: policies are files that end in {TOML}", hint="--out kiosk.toml")
    if path.exists() or path.is_symlink():
        raise UsageProblem(
            f"{path} is there already and is not written over", hint="choose another --out", reason="file_exists"
        )
    if not path.parent.is_dir():
        raise UsageProblem(f"{path} cannot be written: no such folder", hint="make it first", reason="unwritable")
    return path


def _printable(name: str) -> str:
    if not name.isprintable():
        raise UsageProblem(f"{name!r} is no name for a policy", hint="printable characters only", reason="bad_name")
    return name
