"""The process that the bulk benchmark measures: templates of many photos, and how far each is from one known person.

python -m benchmarks.over_photos SCHEME KNOWN PHOTO ...
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from smilepay_cli.adapters.faces.bulk import LeftOut, templates
from smilepay_cli.adapters.faces.fast import FastEngine
from smilepay_cli.adapters.faces.models.cache import default_folder
from smilepay_cli.rules.schemes import SCHEMES


def main(scheme: str, *names: str) -> None:
    """One line a photo: its path, and the dissimilarity or why there is none."""
    answers = templates((Path(name) for name in names), FastEngine(scheme, default_folder(os.environ)))
    known = next(answers)
    if isinstance(known, LeftOut):
        sys.exit(known.reason)
    for answer in answers:
        if isinstance(answer, LeftOut):
            print(f"{answer.path},{answer.reason}")
            continue
        (far,) = SCHEMES[scheme].dissimilarities(answer.vector[None], known.vector)
        print(f"{answer.path},{far:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
