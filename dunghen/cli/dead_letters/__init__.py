"""The operator's way with dead letters: see what was set aside and why, and send it again once that is mended."""
