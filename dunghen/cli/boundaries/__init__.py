"""`dunghen boundaries`: what the map is drawn with. A cartogram made of the catalogue, or official boundaries from a file."""
