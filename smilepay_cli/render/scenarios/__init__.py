"""How runs of scenarios look: on a terminal, and as JUnit, TAP and annotations."""
