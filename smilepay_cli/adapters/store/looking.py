"""A store for who only looks: it makes nothing, mends nothing and brings no file up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from smilepay_cli.adapters.home import InUse
from smilepay_cli.adapters.store.opening import connect_to_look
from smilepay_cli.adapters.store.wallet import SqliteStore
from smilepay_cli.ports.store import NO_WALLET
from smilepay_cli.vocabulary.errors import StoreUnusable
from smilepay_cli.vocabulary.language import tr


class LookingStore(SqliteStore):
    """The wallet as it lies there. `reading` raises StoreUnusable with the reason NO_WALLET where there is none, and
    OLDER_WALLET for one of an earlier version, which the next command would bring up to date.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            if not self.path.parent.is_dir() or not (self.path.exists() or self.path.is_symlink()):
                raise StoreUnusable(tr("there is no wallet yet"), reason=NO_WALLET)
            self._in_use = InUse(self.path.parent)
            try:
                self._connection = connect_to_look(self.path)
            except BaseException:
                self.close()
                raise
        return self._connection
