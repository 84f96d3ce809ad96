"""Layer 3: the only code that touches the outside: files, cameras, models, the database, keys, the clock."""
