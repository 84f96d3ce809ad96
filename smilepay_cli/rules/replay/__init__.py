"""The statistics of a replay: rates with exact intervals, tallies that stream, measures by the standards, gates."""
