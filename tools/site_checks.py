"""What a built site has to be: whole, and at home without a network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
_LINK_LOADS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "manifest", "preconnect", "dns-prefetch"}
_BY_SCRIPT = ("mermaid", "glightbox", "pyodide")
"""Classes for which the theme's script fetches a library from elsewhere."""
_CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")


def navigation_problems(listed: list[str], pages: list[str]) -> list[str]:
    """Pages that the navigation lacks, names that no page has, and pages that stand in it twice."""
    lacking = [f"{page} is in no place of the navigation; add it to nav in zensical.toml" for page in pages]
    found = [line for page, line in zip(pages, lacking, strict=True) if page not in listed]
    found += [f"{name} is in the navigation and not there" for name in listed if name not in pages]
    return found + [f"{name} is in the navigation twice" for name in sorted({n for n in listed if listed.count(n) > 1})]


class Built(HTMLParser):
    """One page of the site: its anchors, what it loads, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.by_script: list[str] = []
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down what a tag says."""
        said = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        self.by_script += [name for name in said.get("class", "").split() if name in _BY_SCRIPT]
        if tag == "a" and "href" in said:
            self.leads.append(said["href"])
        if tag == "link" and set(said.get("rel", "").split()) & _LINK_LOADS:
            self.loads.append(said.get("href", ""))
        if tag in _LOADS and _LOADS[tag] in said:
            self.loads.append(said[_LOADS[tag]])
        self.loads += [part.split()[0] for part in said.get("srcset", "").split(",") if part.split()]
        self.loads += css_loads(said.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Styles load too."""
        if self._in_style:
            self.loads += css_loads(data)


def css_loads(text: str) -> list[str]:
    """What a style sheet loads."""
    return [one or other for one, other in _CSS_URL.findall(text)]


def site_problems(site: Path) -> list[str]:
    """Loads from elsewhere, and links, files and anchors that are not there; one line each."""
    pages = {path: Built(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    sheets = {path: css_loads(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.css"))}
    if not pages:
        return ["there is no page"]
    found: list[str] = []
    for path, loads in [*((path, page.loads) for path, page in pages.items()), *sheets.items()]:
        found += (f"{path.relative_to(site)}: {line}" for line in _load_problems(site, path, loads))
    for path, page in pages.items():
        found += (
            f"{path.relative_to(site)}: has a {name}, which a script fetches from elsewhere" for name in page.by_script
        )
        found += (f"{path.relative_to(site)}: {line}" for line in _lead_problems(site, path, page, pages))
    return found


def _load_problems(site: Path, path: Path, loads: Iterable[str]) -> Iterator[str]:
    for url in loads:
        if url.startswith(("data:", "#")):
            continue
        if urlsplit(url).scheme or url.startswith("//"):
            yield f"loads {url} from elsewhere"
        elif not _file(site, path, url).is_file():
            yield f"loads {url}, which is not there"


def _lead_problems(site: Path, path: Path, page: Built, pages: dict[Path, Built]) -> Iterator[str]:
    for url in page.leads:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            continue
        aim = _file(site, path, url) if parts.path else path
        if not aim.is_file():
            yield f"leads to {url}, which is not there"
        elif parts.fragment and aim in pages and unquote(parts.fragment) not in pages[aim].anchors:
            yield f"leads to {url}, an anchor that is not there"


def _file(site: Path, path: Path, url: str) -> Path:
    """The file that a relative address means; one from the site's root on begins with a slash."""
    name = unquote(urlsplit(url).path)
    aim = (site / name.lstrip("/") if name.startswith("/") else path.parent / name).resolve()
    return aim / "index.html" if aim.is_dir() else aim
