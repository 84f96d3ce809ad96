"""What a template was made by, in words that name every model by its bytes.

The engines share these words, since they share the numbers: what the reference engine enrols under a scheme, the fast
one compares, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from smilepay_cli.adapters.faces.weights import Weights
from smilepay_cli.rules.schemes import Scheme
from smilepay_cli.vocabulary.faces import TemplateMaker


def maker_of(scheme: Scheme, weights: Weights, digest: Callable[[Path], str]) -> TemplateMaker:
    """The maker of a scheme's templates. `digest` gives the SHA-256 (hex) of a file."""
    paddings = ", ".join(str(padding) for padding in dict.fromkeys(view.padding for view in scheme.views))
    chips = f"{scheme.landmarks}-point sha256:{digest(weights.landmarks(scheme.landmarks))} 150px padding {paddings}"
    return TemplateMaker(
        encoder=f"dlib-resnet-v1 sha256:{digest(weights.network)}",
        chip=chips + (" and mirrored" if any(view.mirrored for view in scheme.views) else ""),
        scheme=scheme.name,
    )


def landmark_model_of(weights: Weights, digest: Callable[[Path], str]) -> str:
    """What finds the landmarks that the smile is judged by."""
    return f"68-point sha256:{digest(weights.sixty_eight_point)}"
