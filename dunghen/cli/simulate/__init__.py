"""`dunghen simulate`: a made-up city over HTTP in the real wire format."""
