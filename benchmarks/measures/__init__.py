"""What is measured, by name: each takes a Setting and returns a Report."""
