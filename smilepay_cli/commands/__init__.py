"""Layer 6: the command line. Parses, puts the parts together, calls one verb, renders. No rules in here."""
