"""The documentation site: laid out, built strictly by Zensical, and held to account.

    .venv/bin/python tools/site.py    build site/; end with 1 where anything is wrong

Zensical finds links and headings that are not there, but neither pictures that are missing, nor pages that the
navigation lacks or has too many; site_checks.py does, and holds every built page against the others: nothing is loaded
from elsewhere, every link and every anchor is there. Zensical lies in .venv/site-tools, from requirements/docs.txt,
since it is some 100 MB that only this needs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "docs.txt"
TOOLS = ROOT / ".venv" / "site-tools"
PAGES = ROOT / "build" / "site-pages"
SITE = ROOT / "site"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def install() -> None:
    """Zensical and what it needs, by their hashes, where they are missing or the lock is another."""
    stamp, wanted = TOOLS / "stamp", sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("site: getting Zensical (some 20 MB)", flush=True)
    shutil.rmtree(TOOLS, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(TOOLS), "-r", str(LOCK)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"site: pip failed: {done.stderr.strip() or done.stdout.strip()}")
    stamp.write_text(wanted, encoding="utf-8")


def lay_out(pages: list[str], folder: Path) -> None:
    """The pages, and what they link to, in a folder: each file where it lies in the repository."""
    from tools.docs_links import linked_file, links

    shutil.rmtree(folder, ignore_errors=True)
    to_come, there = [ROOT / name for name in pages], set[Path]()
    while to_come:
        path = to_come.pop()
        if path in there:
            continue
        there.add(path)
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        if path.suffix == ".md":
            to_come += [linked_file(path, target) for target in links(path.read_text(encoding="utf-8"))]


def build() -> list[str]:
    """Zensical's strict build; what it complains about."""
    shutil.rmtree(SITE, ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": str(TOOLS), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    said = _COLOUR.sub("", done.stdout + done.stderr)
    complaint = said.partition("Traceback (most recent call last)")[0].strip()
    return [f"zensical ended with {done.returncode}:\n{complaint}"] if done.returncode or "Warning" in said else []


def problems() -> list[str]:
    """Everything that is wrong with the pages, before and after they are built."""
    from tools import docs, docs_links, docs_nav, site_checks

    listed = [entry.path for entry in docs_nav.entries()]
    found = site_checks.navigation_problems(listed, [str(path.relative_to(ROOT)) for path in docs.pages()])
    found += [line for page in docs.pages() for line in docs_links.broken_links(page)]
    if found:
        return found
    install()
    lay_out([*listed, *docs_nav.project()["extra_css"]], PAGES)
    return build() or site_checks.site_problems(SITE)


def main(arguments: list[str]) -> int:
    """Build the site; say what is wrong with it."""
    if arguments:
        print("usage: site.py", file=sys.stderr)
        return 2
    found = problems()
    for line in found:
        print(f"site: {line}", file=sys.stderr)
    if not found:
        print(f"site: {len(list(SITE.rglob('*.html')))} pages; open site/index.html")
        print("  its search needs a server: .venv/bin/python -m http.server --bind 127.0.0.1 --directory site")
    return 1 if found else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # tools is no installed package
    sys.exit(main(sys.argv[1:]))
