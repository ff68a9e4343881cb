"""SQL: what each unit counts in each window and at the end of today, and which dossiers stand behind one figure (`domain.md` §4)."""

from __future__ import annotations

# `last` counts for what is open, `over` bounds the two cohorts: a due day counts once it is over.
COHORT_DAY = "greatest(due_day, received_day)"
FIRST_COHORT_DAY = "greatest(first_due_day, received_day)"
ENDED_IN = "closed_day between first and last"
OPEN_AT_LAST = "received_day <= last and (closed_day is null or closed_day > last)"
IN_TIME = "(due_day is null or ended_day <= due_day)"
NOT_YET_DUE = "(due_day is null or due_day >= last)"

# Rate: (counted in the numerator, counted in the denominator).
RATES = {
    "official": (f"({ENDED_IN} and {IN_TIME}) or ({OPEN_AT_LAST} and {NOT_YET_DUE})", f"({ENDED_IN}) or ({OPEN_AT_LAST})"),
    "resolved": (f"{ENDED_IN} and {IN_TIME}", ENDED_IN),
    "due_cohort": (
        f"due_day is not null and {COHORT_DAY} between first and least(last, over) and ended_day <= due_day",
        f"due_day is not null and {COHORT_DAY} between first and least(last, over)",
    ),
    "statutory": (
        f"first_due_day is not null and {FIRST_COHORT_DAY} between first and least(last, over) and ended_day <= first_due_day",
        f"first_due_day is not null and {FIRST_COHORT_DAY} between first and least(last, over)",
    ),
}

RECEIVED_IN = "received_day between first and last"

# By the names that the map's `counts` have; channel 2 is online, the bits of flags are 1 fee, 2 paid online, 4 digitised, 8 e-result.
COUNTS = {
    "received": RECEIVED_IN,
    "online": f"{RECEIVED_IN} and channel = 2",
    "fee": f"{RECEIVED_IN} and (flags & 1) > 0",
    "paid_online": f"{RECEIVED_IN} and (flags & 2) > 0",
    "digitised": f"{RECEIVED_IN} and (flags & 4) > 0",
    "e_result": f"{ENDED_IN} and (flags & 8) > 0",
    "early": f"{ENDED_IN} and ended_day < due_day",
    "on_day": f"{ENDED_IN} and (due_day is null or ended_day = due_day)",
    "late": f"{ENDED_IN} and ended_day > due_day",
    "undated": f"{ENDED_IN} and due_day is null",
    "otherwise": f"{ENDED_IN} and otherwise",
    "postponed": f"{RECEIVED_IN} and due_day > first_due_day",
    "paid_national": f"{RECEIVED_IN} and gateway = 1",
    "form_told": f"{ENDED_IN} and form <> ''",
    "by_post": f"{ENDED_IN} and form = 'post'",
    "gateway_told": f"{RECEIVED_IN} and (flags & 1) > 0 and gateway > 0",
}

# Here `first` and `last` are both today.
TODAY = {
    "pending": f"{OPEN_AT_LAST} and {NOT_YET_DUE}",
    "overdue": f"{OPEN_AT_LAST} and due_day < last",
    "due_today": f"{COHORT_DAY} = last and due_day is not null",
    "due_today_left": f"{COHORT_DAY} = last and due_day is not null and (ended_day is null or ended_day > due_day)",
    "received_today": "received_day = last",
    "finished_today": ENDED_IN,
}

# The pauses that help, as far as the dossier is pending: paused is a part of pending.
PAUSED = f"""select unit, count(*) as paused
    from (select s.*, $today as last, m.began_day, m.ended_day as resumed_day from moved m join story s using (k))
    where began_day <= last and (resumed_day is null or resumed_day > last) and {OPEN_AT_LAST} and {NOT_YET_DUE} group by unit"""


def _counted(conditions: dict[str, str]) -> str:
    return ", ".join(f"count(*) filter ({condition}) as {name}" for name, condition in conditions.items())


def windows_sql() -> str:
    """One row a unit and window: the counts, then numerator and denominator of each rate."""
    rates = {f"{name}_{part}": condition for name, pair in RATES.items() for part, condition in zip(("good", "all"), pair, strict=True)}
    return f"select unit, w.name, {_counted(COUNTS | rates)} from story cross join asked_window w group by unit, w.name"


def today_sql() -> str:
    """One row a unit: what stands at the end of today."""
    return f"select unit, {_counted(TODAY)} from (select *, $today as first, $today as last from story) group by unit"


def dossiers_sql(rate: str) -> str:
    """The dossiers counted in one rate of one unit and window, and what decided each; raises KeyError for no such rate."""
    good, counted = RATES[rate]
    return f"""select dossier, coalesce({good}, false) as good, received_day, ended_day, due_day, first_due_day, ended_by,
          statement, source_partition, source_offset
        from story cross join asked_window w where unit = $unit and w.name = $window and ({counted}) order by dossier"""
