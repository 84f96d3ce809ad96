"""How results look: as JSON (envelope.py), or for people (people.py and the modules beside it)."""
