"""Scenario files: stories of commands with what has to come of each, read, checked as a whole, and played."""
