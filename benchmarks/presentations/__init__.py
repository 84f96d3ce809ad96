"""How often deny cues stop forged presentations, and how often they and the quality limits stop honest ones."""
