"""`dunghen people`: the directory of officials."""
