"""Replay sets: from a manifest's lines, or from folders, to trials; and from trials to a manifest."""
