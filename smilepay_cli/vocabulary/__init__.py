"""Layer 0: the words that every other layer speaks. Frozen values, the standard library only."""
