"""Face engines by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from smilepay_cli.vocabulary.errors import UsageProblem
from smilepay_cli.vocabulary.language import tr

if TYPE_CHECKING:
    from smilepay_cli.ports import FaceEngine

DEFAULT_ENGINE = "fast"
DEFAULT_SCHEMES = {"fast": "quartet", "reference": "euclidean"}
"""Every engine there is, with the scheme it works by where the policy names none."""


def default_scheme(engine: str | None) -> str:
    """The scheme that an engine works by where the policy names none. Raises UsageProblem (unknown_engine)."""
    return DEFAULT_SCHEMES[engine_name(engine)]


def engine_name(asked: str | None) -> str:
    """The name of an engine there is. Raises UsageProblem (unknown_engine), with the nearest name if one is near."""
    name = asked or DEFAULT_ENGINE
    if name in DEFAULT_SCHEMES:
        return name
    close = get_close_matches(name, DEFAULT_SCHEMES, n=1)
    known = f"known: {', '.join(DEFAULT_SCHEMES)}"
    raise UsageProblem(
        tr("no face engine named {name!r}", name=name),
        hint=tr("did you mean {close!r}? {known}", close=close[0], known=known) if close else known,
        reason="unknown_engine",
    )


def open_engine(
    name: str,
    scheme: str,
    variables: Mapping[str, str],
    *,
    say: Callable[[str], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
    looking: bool = False,
) -> FaceEngine:
    """An engine that makes a scheme's templates; making one loads nothing. With `looking` it never writes a file.

    The environment's `variables` say where the fast engine keeps its models; `say` is told when it builds them, `warn`
    when it cannot. Raises UsageProblem (unknown_engine).
    """
    from smilepay_cli.adapters.faces.reference import ReferenceEngine

    reference = ReferenceEngine(scheme)
    if engine_name(name) == ReferenceEngine.name:
        return reference
    from smilepay_cli.adapters.faces.fallback import FastOrReference
    from smilepay_cli.adapters.faces.fast import FastEngine
    from smilepay_cli.adapters.faces.models.cache import default_folder

    return FastOrReference(FastEngine(scheme, default_folder(variables), say=say, looking=looking), reference, warn)
