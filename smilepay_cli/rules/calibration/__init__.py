"""Calibration: a threshold and a margin from mated and non-mated pictures of one's own, with what they can show."""
