"""Live map against batch recompute at one exact cut (`architecture.md` §5). Compared once: nothing is asked again until it fits."""
