"""The picture of the shop: Textual's screenshot of it, after a few keys, with no font from the web in it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

SIZE = (100, 26)
KEYS = ("down", "down", "plus", "plus", "down", "down", "plus", "down", "plus", "end", "up", "up", "plus")
"""Two postcards, an espresso, a latte, and the stamp, which stays chosen for its note."""
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FONT = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'


def shop_picture() -> str:
    """The shop with our catalogue, as SVG: the same bytes every time."""
    return local(asyncio.run(_screenshot()))


def local(svg: str) -> str:
    """The same picture with fonts that viewers have."""
    found = _FONTS.sub("", svg).replace("Fira Code, monospace", _FONT).replace("arial", "system-ui, sans-serif")
    return "\n".join(line.rstrip() for line in found.splitlines()) + "\n"


async def _screenshot() -> str:
    from smilepay_cli.adapters.packaged import CatalogueFile
    from smilepay_cli.render.storefront.app import Storefront

    shop = Storefront(CatalogueFile(Path("nowhere")).load(), color=True)
    async with shop.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press(*KEYS)
        await pilot.pause()
        return shop.export_screenshot(title="smilepay shop")
