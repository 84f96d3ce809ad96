"""Frames: from image files, and from whatever OpenCV's VideoCapture opens."""
