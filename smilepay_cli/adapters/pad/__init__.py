"""A PAD network that somebody else made, given by --pad-model: its sidecar, its crop, and running it."""
