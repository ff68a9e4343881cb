"""`dunghen look-ahead …`: whether the look-ahead would have been right."""
