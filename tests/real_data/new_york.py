"""1,000 real service requests of New York City's 311 line (NYC Open Data, public; no addresses, no texts), and a direct count of them.

Days are days in New York; ended = Closed Date is filled, whatever the status says.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("nyc311.csv")
# agency: dossiers, ended, early, on the day with a due date, late, ended without a due date
COUNTED = {
    "NYPD": (347, 347, 110, 233, 3, 1),
    "HPD": (159, 157, 1, 0, 0, 156),
    "DSNY": (135, 131, 8, 0, 3, 120),
    "DOT": (119, 119, 31, 0, 2, 86),
    "DEP": (75, 75, 0, 0, 0, 75),
    "DOB": (55, 55, 0, 0, 0, 55),
    "DPR": (33, 29, 18, 1, 10, 0),
    "DOF": (25, 25, 15, 1, 7, 2),
    "DOHMH": (19, 17, 12, 1, 4, 0),
    "HRA": (11, 11, 0, 0, 0, 11),
    "TLC": (8, 7, 0, 0, 6, 1),
    "DCA": (7, 7, 4, 3, 0, 0),
    "DFTA": (3, 3, 3, 0, 0, 0),
    "EDC": (2, 2, 0, 0, 2, 0),
    "DOITT": (1, 1, 1, 0, 0, 0),
    "DCAS": (1, 0, 0, 0, 0, 0),
}
WHOLE = (1000, 986, 203, 239, 37, 507)
YEARS = ("2014", "2015", "2016", "2017", "2018", "2019")
Counts = tuple[int, ...]
BY_HAND: dict[str, Counts] = {**COUNTED, "": WHOLE}


def counted(shown: Callable[..., dict[str, Any]]) -> dict[str, Counts]:
    """What the live map says in the form of `BY_HAND`, summed over the years; "" is the whole city. `shown`: the map for a query."""
    sums: dict[str, list[int]] = {}
    for year in YEARS:
        said = shown(window=year, rate="resolved")
        for code, row in [("", said["city"]), *((u["code"], u) for u in said["units"])]:
            counts = row["counts"]
            judged = (counts["early"], counts["on_day"] - counts["undated"], counts["late"], counts["undated"])
            got = (row["received"], row["finished"], *judged)
            sums[code] = [a + b for a, b in zip(sums.get(code, [0] * 6), got, strict=True)]
    return {code: tuple(counts) for code, counts in sums.items()}
