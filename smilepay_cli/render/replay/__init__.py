"""How a replay is told: JUnit and TAP for machines, a page for people, and a summary on the terminal."""
