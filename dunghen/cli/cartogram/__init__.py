"""An equal-area cartogram of a city out of its catalogue: every unit the same area, neighbours still neighbours, the coast still the coast.

`places` → `shore` (cells of the former communes, one shared list of vertices) → `diffusion` (equal areas, no border torn) → `foam` (short
straight borders) → `settling` (compact cells that hold a label). The same catalogue gives the same output.
"""
