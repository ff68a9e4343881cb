"""The names in Redis of all that the live map is made of: whoever deletes them together has it built anew from the topics."""

BOARD = ("scores", "feeds", "policies", "staged", "levels", "offsets", "facts", "desks", "statements", "meta", "position", "map")
NEWS = "news"  # codes of what changed last, for officials who wait
