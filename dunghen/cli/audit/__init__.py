"""`dunghen audit`: who read which dossier, and whether that log is whole."""
