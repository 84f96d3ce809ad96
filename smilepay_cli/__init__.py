"""smilepay: Smile to Pay, simulated in a terminal, as a test bench for face payments."""

__version__ = "0.7.0"
