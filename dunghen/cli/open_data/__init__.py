"""`dunghen export`: the figures of days that are over, as files to take away."""
