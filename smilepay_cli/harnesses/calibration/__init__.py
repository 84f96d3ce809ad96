"""Calibration on pictures of one's own, through the path that `enroll` and `pay` take."""
