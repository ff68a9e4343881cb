"""`dunghen facts`: what is told of units for a period, taken from a table, listed, written to a table."""
