"""Frames: from image files, from numbered images, and from what OpenCV's VideoCapture opens."""
