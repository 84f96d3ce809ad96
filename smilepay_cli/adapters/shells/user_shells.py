"""Scripts that make shells complete, and where each shell looks for them.

The places are those of Typer's own scripts, which ours take the place of where they were installed before.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr
from smilepay_cli.vocabulary.shells import SHELLS, Change

_SCRIPTS = Path(__file__).parent
_COMPINIT = "fpath+=~/.zfunc; autoload -Uz compinit; compinit"


class UserShells:
    """The shells of a user, whose files are found by the usual variables."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def current(self) -> str | None:
        """The nearest process above this one that is a shell."""
        import shellingham

        try:
            name, _ = shellingham.detect_shell()
        except (shellingham.ShellDetectionFailure, OSError):
            return None
        return str(name) if name in SHELLS else None

    def script(self, shell: str) -> str:
        """What makes the shell complete our commands."""
        return (_SCRIPTS / f"smilepay.{shell}").read_text(encoding="utf-8")

    def install(self, shell: str) -> tuple[Change, ...]:
        """The script in its place, and for bash and zsh a line in the start file. Raises UsageProblem."""
        home = Path(self._variables.get("HOME") or Path.home())
        try:
            if shell == "fish":
                folder = Path(self._variables.get("XDG_CONFIG_HOME") or home / ".config")
                return (self._put(shell, folder / "fish" / "completions" / "smilepay.fish"),)
            if shell == "zsh":
                script = self._put(shell, home / ".zfunc" / "_smilepay")
                start = Path(self._variables.get("ZDOTDIR") or home) / ".zshrc"
                return script, _with_line(start, _COMPINIT, _COMPINIT)
            place = home / ".bash_completions" / "smilepay.sh"
            name = quote(str(place))
            return self._put(shell, place), _with_line(home / ".bashrc", f"[ ! -f {name} ] || . {name}", str(place))
        except (OSError, UnicodeError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            named = getattr(error, "filename", None) or home
            raise UsageProblem(
                tr("completion was not installed: {named}: {detail}", named=named, detail=detail),
                hint=tr("put the script there yourself: smilepay --show-completion"),
                reason="cannot_write",
            ) from None

    def _put(self, shell: str, place: Path) -> Change:
        """The script under its name, whole or not at all."""
        script = self.script(shell).encode()
        was = place.read_bytes() if place.exists() else None
        if was == script:
            return Change(str(place), "unchanged")
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            draft.write_bytes(script)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        return Change(str(place), "written" if was is None else "replaced")


def _with_line(start: Path, line: str, sign: str) -> Change:
    """A start file that has the line, or had one before with the sign in it. The rest of it is not touched."""
    if start.exists() and not start.is_file():
        raise OSError(errno.EINVAL, "is no regular file")
    text = start.read_text(encoding="utf-8", errors="surrogateescape") if start.exists() else ""
    if any(sign in one for one in map(str.strip, text.splitlines()) if not one.startswith("#")):
        return Change(str(start), "unchanged", line)
    start.parent.mkdir(parents=True, exist_ok=True)
    with start.open("a", encoding="utf-8") as file:
        file.write(f"{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n")
    return Change(str(start), "extended" if text else "written", line)
