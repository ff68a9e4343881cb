"""Counting everything anew from the raw events, in as many partitions as are wanted."""
