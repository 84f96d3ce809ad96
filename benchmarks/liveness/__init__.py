"""Smiles and simulated attacks, through the rules and through `pay` itself."""
