"""The wallet file: SQLite, one book a module, all of them inside one transaction (wallet.py)."""
