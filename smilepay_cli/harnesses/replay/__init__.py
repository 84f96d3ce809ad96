"""Replaying a set of images through the very path that `pay` takes, on a scratch copy of the wallet."""
