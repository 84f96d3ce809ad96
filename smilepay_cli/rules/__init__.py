"""Layer 1: the rules. Pure functions over the vocabulary; no I/O and no clock in here."""
