"""Pages for others: one look, nothing loaded from elsewhere, and whatever they are filled with stays text."""

from __future__ import annotations

from pathlib import Path

_STYLE = Path(__file__).with_name("page.css")


def filled(template: Path, **figures: object) -> str:
    """A template of ours with figures in it. All are escaped but those of the type `Markup`; `style` is the look."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(template.read_text(encoding="utf-8"))
    return page.render(style=Markup(_STYLE.read_text(encoding="utf-8")), **figures)  # noqa: S704 - a file of ours
