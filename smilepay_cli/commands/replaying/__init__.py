"""The parts of `smilepay replay`, put together: a composition root like call.py."""
