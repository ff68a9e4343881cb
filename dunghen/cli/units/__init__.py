"""`dunghen units`: the units of the city as they are in force. They come with the city file (decision 0046)."""
