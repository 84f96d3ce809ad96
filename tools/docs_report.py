"""docs/img/replay-report.png: the top of a replay's report as Chromium shows it, made of sample data that says so.

No part of `make docs`, since it needs a browser: `python -m tools.docs_report chromium`, and look at what it made.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PICTURE = Path(__file__).parent.parent / "docs" / "img" / "replay-report.png"
_WIDTH, _HEIGHT = 1080, 1740
_CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={_WIDTH},{_HEIGHT}")


def sample_page() -> str:
    """The report of a run that never was."""
    from smilepay_cli.render.replay.html import page
    from tests.fakes import replays

    rows = list(replays.rows())
    told = "sample data: nothing on this page was measured"
    return page({**replays.summary(rows), "problems": [told]}, rows)


def main(browser: str) -> None:
    """Draw it anew."""
    from PIL import Image

    with TemporaryDirectory() as folder:
        file, shot = Path(folder) / "report.html", Path(folder) / "shot.png"
        file.write_text(sample_page(), encoding="utf-8")
        options = (*_CHROMIUM, f"--user-data-dir={folder}/profile", f"--screenshot={shot}")
        subprocess.run([browser, *options, file.as_uri()], check=True, capture_output=True)
        Image.open(shot).convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, kmeans=2).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
