"""The documentation site: what its checks find, and that nobody is left out of the navigation."""

from __future__ import annotations

import re
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tools import docs, docs_nav, site
from tools.docs_links import linked_file, links
from tools.site_checks import navigation_problems, site_problems

WHOLE = '<h1 id="top">t</h1><a href="two.html#part">two</a><img src="img/a.svg"><link rel="stylesheet" href="a.css">'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small site without a fault."""
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "a.css").write_text("body { background: url(img/a.svg) }", encoding="utf-8")
    (tmp_path / "index.html").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "two.html").write_text(
        '<p id="part">x</p><a href="index.html">back</a><a href="https://example.org/">elsewhere</a>', encoding="utf-8"
    )
    return tmp_path


def test_a_whole_site_has_no_problem(built: Path) -> None:
    """Links to other sites are for people to follow, and load nothing."""
    assert site_problems(built) == []


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js from elsewhere"),
        ('<link rel="preconnect" href="https://fonts.example">', "loads https://fonts.example from elsewhere"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "loads //fonts.example/a.css from elsewhere"),
        ("<style>@font-face { src: url(https://f.example/f.woff2) }</style>", "loads https://f.example/f.woff2"),
        ('<style>@import "https://f.example/f.css"</style>', "loads https://f.example/f.css from elsewhere"),
        ('<p style="background: url(http://f.example/a.png)">x</p>', "loads http://f.example/a.png from elsewhere"),
        ('<img src="a.png" srcset="https://f.example/b.png 2x">', "loads https://f.example/b.png from elsewhere"),
        ('<pre class="mermaid">graph</pre>', "has a mermaid, which a script fetches from elsewhere"),
        ('<img src="img/b.svg">', "loads img/b.svg, which is not there"),
        ('<a href="three.html">3</a>', "leads to three.html, which is not there"),
        ('<a href="two.html#whole">2</a>', "leads to two.html#whole, an anchor that is not there"),
        ('<a href="#bottom">down</a>', "leads to #bottom, an anchor that is not there"),
    ],
)
def test_each_fault_of_a_site_is_told(built: Path, added: str, told: str) -> None:
    """What is fetched from elsewhere, and what leads nowhere, with the page that it is on."""
    (built / "index.html").write_text(WHOLE + added, encoding="utf-8")
    found = site_problems(built)
    assert any(line.startswith("index.html: ") and told in line for line in found), found


def test_a_style_sheet_is_looked_into(built: Path) -> None:
    """Fonts are fetched from there."""
    (built / "a.css").write_text("@font-face { src: url('https://f.example/f.woff2') }", encoding="utf-8")
    assert site_problems(built) == ["a.css: loads https://f.example/f.woff2 from elsewhere"]


def test_a_site_without_pages_is_none(tmp_path: Path) -> None:
    """A build that made nothing must not pass for one without a fault."""
    assert site_problems(tmp_path) == ["there is no page"]


def test_the_navigation_has_every_page_once() -> None:
    """No orphan, nothing that is not there, nothing twice."""
    listed = [entry.path for entry in docs_nav.entries()]
    assert navigation_problems(listed, [str(path.relative_to(docs.ROOT)) for path in docs.pages()]) == []


def test_what_is_wrong_with_a_navigation_is_told() -> None:
    """Each of the three ways to be wrong."""
    assert navigation_problems(["a.md", "a.md", "b.md"], ["a.md", "c.md"]) == [
        "c.md is in no place of the navigation; add it to nav in zensical.toml",
        "b.md is in the navigation and not there",
        "a.md is in the navigation twice",
    ]


@pytest.mark.parametrize("entry", docs_nav.entries(), ids=lambda entry: entry.path)
def test_every_page_says_first_what_it_is_for(entry: docs_nav.Entry) -> None:
    """A title, and one sentence that docs/README.md can show."""
    text = (docs.ROOT / entry.path).read_text(encoding="utf-8")
    assert re.match(r"# \S.*\n\n(?!```|[\n|!<#])", text), "a title and a paragraph come first"
    assert 20 <= len(docs_nav.purpose(text)) <= 240, docs_nav.purpose(text)


def test_a_page_is_laid_out_with_what_it_links_to(tmp_path: Path) -> None:
    """Files lie as they do in the repository, so that relative links lead to them."""
    site.lay_out(["docs/forging.md"], tmp_path)
    page = docs.ROOT / "docs" / "forging.md"
    for target in links(page.read_text(encoding="utf-8")):
        assert (tmp_path / linked_file(page, target).relative_to(docs.ROOT)).is_file()


def test_the_site_fetches_no_font_and_tells_nobody() -> None:
    """Zensical's theme would fetch fonts; statistics, comments and consent forms would talk to somebody."""
    project = docs_nav.project()
    assert project["theme"]["font"] is False
    assert set(project["extra"]) == {"generator"}
    assert set(project["plugins"]) == {"search"}
    assert "repo_url" not in project, "its stars would be asked for at every look"


def test_pages_are_looked_at_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without a place is told at once, also where there is no network."""
    fetched: list[str] = []
    monkeypatch.setattr(site, "install", lambda: fetched.append("zensical"))
    monkeypatch.setattr(docs_nav, "entries", lambda: [docs_nav.Entry("smilepay", "README.md")])
    assert "docs/flow.md is in no place of the navigation; add it to nav in zensical.toml" in site.problems()
    assert fetched == []


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (1, "\x1b[33mWarning:\x1b[0m no anchor\nTraceback (most recent call last):\nx", "no anchor"),
        (0, "Warning: page does not exist\n", "page does not exist"),
        (2, "no such option --strict\n", "zensical ended with 2"),
    ],
)
def test_what_zensical_complains_of_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, said: str, told: str
) -> None:
    """Without colour and without its traceback; a warning counts, whatever it ended with."""
    monkeypatch.setattr(site, "SITE", tmp_path / "site")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: CompletedProcess([], status, said, ""))
    (complaint,) = site.build()
    assert told in complaint and "Traceback" not in complaint and "\x1b" not in complaint


def test_a_page_of_the_index_is_listed_with_what_it_is_for() -> None:
    """README.md links every page by reader, docs/README.md says of each what it is for, without links of its own."""
    assert "[The flow](docs/flow.md)" in docs_nav.links_by_reader()
    listed = docs_nav.pages_by_reader()
    assert "- [Changelog](../CHANGELOG.md): What each version brought" in listed
    assert "- [Calibrating](calibrating.md): `smilepay calibrate` finds" in listed and "as a policy." in listed


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("# T\n\nOne thing, 0.5 of it. Another.\n", "One thing, 0.5 of it."),
        ("# T\n\nWhat it\nis for: all. More\n", "What it is for: all."),
        ("# T\n\nWhat it is for:\n\n```sh\nx. y\n```\n", "What it is for:"),
        ("# T\n\n<!-- Made by\n\na tool. -->\n\nWhat it is for.\n", "What it is for."),
    ],
)
def test_a_purpose_is_the_first_sentence(page: str, told: str) -> None:
    """Up to its full stop, over the ends of lines; a colon goes on, and a paragraph ends it."""
    assert docs_nav.purpose(page) == told
