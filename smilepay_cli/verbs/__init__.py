"""Layer 4: one verb, one function, a frozen result. Sees ports, never adapters."""
