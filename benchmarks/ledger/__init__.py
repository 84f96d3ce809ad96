"""The wallet as a database: durable payments a second, many writers at once, and a trail of a million events."""
