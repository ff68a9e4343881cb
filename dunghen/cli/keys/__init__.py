"""`dunghen keys`: who may send and read, by keys that are shown once."""
