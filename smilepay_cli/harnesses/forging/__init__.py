"""Simulated presentation attacks, made from bona fide pictures: what copies, prints and screens do to a picture."""
