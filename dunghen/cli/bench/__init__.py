"""`dunghen bench`: what the services cost, measured on real parts; one JSON line a measurement, median of the runs asked for."""
