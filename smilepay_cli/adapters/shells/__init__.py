"""Scripts that make shells complete our commands, and where each shell looks for them."""
