"""`dunghen procedures`: the catalogue of procedures with their limits, taken from a published list."""
