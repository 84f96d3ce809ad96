"""Layer 5: harnesses drive the verbs and nothing else. They have no private doors."""
