"""Hand-written stand-ins for adapters. They live under tests only."""
