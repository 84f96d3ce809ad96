"""What `doctor` looks at outside of the wallet: one module a group of checks. None changes anything."""
