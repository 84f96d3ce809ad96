"""Deny cues: what on a picture or in a capture speaks against a living face. Each vetoes on its own."""
