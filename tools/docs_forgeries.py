"""docs/img/forgeries.jpg: the contact sheet of `smilepay forge` on sample faces.

    .venv/bin/python tools/docs_forgeries.py

Not one of the pictures that `make docs` holds against what is committed: its bytes hang on the processor, as
harnesses/forging/seeds.py says.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
FACES = ("eileen/1", "grace/1", "lin/1", "lin/3", "otto/1")
SPECIES = "screen_bezel,screen_full_frame,print_bordered,print_full_frame,print_halftone,morph,paper_mask"
"""Those that a small picture shows."""
SEED = "7"
QUALITY = 62
PICTURE = ROOT / "docs" / "img" / "forgeries.jpg"


def main() -> int:
    """Forge, and keep the sheet as a smaller file."""
    from PIL import Image

    from smilepay_cli.commands.app import run

    with TemporaryDirectory() as folder:
        out = Path(folder) / "forged"
        faces = [str(ROOT / "sample_faces" / f"{name}.jpg") for name in FACES]
        if status := run(["forge", *faces, "--species", SPECIES, "--seed", SEED, "--out", str(out), "--quiet"]):
            return status
        with Image.open(out / "contact-sheet.png") as sheet:
            sheet.save(PICTURE, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    print(f"docs: wrote {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
