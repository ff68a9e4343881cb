"""`dunghen rankings`: which years of yearly sets are public."""
