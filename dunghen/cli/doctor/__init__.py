"""`dunghen doctor`: what is missing, unreachable or set so that it will lose something, and the command that mends it."""
