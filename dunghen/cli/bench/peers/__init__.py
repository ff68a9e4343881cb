"""The same scoring job on other stream processors, each a process of its own: `python -m dunghen.cli.bench.peers.NAME ENDS`."""
