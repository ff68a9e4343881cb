"""SQL: pauses, first promised due and effective due of each story (`domain.md` §3).

Working time is a difference of positions, the working seconds since the beginning of time; a position becomes an instant again by the first
interval that reaches it. A `lap` is a run of the clock: 0 the first, one more after every supplement under the rule `restart`, which gives
the whole limit again (where it is known; else subtract). Under `first_only` later supplements do not stop the clock; payments always do.
Pauses that help form a prefix: once one began after the due day that held until then, it moves no more, so all later ones do too. Hence no
recursion.
"""

from __future__ import annotations


def _position(instant: str, join: str) -> tuple[str, str]:
    """(expression of the position of an instant, the join that it needs)."""
    worked = f"coalesce({join}.worked + least({instant} - {join}.begins_at, {join}.ends_at - {join}.begins_at), 0)"
    return f"case when {instant} is not null then {worked} end", f"asof left join working {join} on {instant} >= {join}.begins_at"


def _day_at(position: str, join: str) -> tuple[str, str]:
    """(expression of the local day on which a position is first reached, the join that it needs)."""
    return f"day_of({join}.begins_at + {position} - {join}.worked)", f"asof left join working {join} on {position} > {join}.worked"


def _rolled(day: str, join: str) -> tuple[str, str]:
    """(the day or, if it is off, the next that is worked, the join that it needs)."""
    return f"{join}.day", f"asof left join working_day {join} on {day} <= {join}.day"


_BEGINS, _BEGINS_JOIN = _position("l.begins_at", "wb")
_PROMISED, _PROMISED_JOIN = _position("l.promised_at", "wp")
_TERM_DAY, _TERM_DAY_JOIN = _day_at("p.due_position", "wd")
_START_DAY, _START_DAY_JOIN = _day_at("(p.begins_position + 1)", "ws")
_LIMIT_ROLLED, _LIMIT_ROLLED_JOIN = _rolled("c.last_day", "rl")
_BEGAN, _BEGAN_JOIN = _position("p.began_at", "wb")
_ENDED, _ENDED_JOIN = _position("p.ended_at", "we")
_BEFORE, _BEFORE_JOIN = _day_at("(s.due_position + s.before)", "w1")
_AFTER, _AFTER_JOIN = _day_at("(s.due_position + s.after)", "w2")
_BEFORE_ROLLED, _BEFORE_ROLLED_JOIN = _rolled("(s.due_day + s.before)", "r1")
_AFTER_ROLLED, _AFTER_ROLLED_JOIN = _rolled("(s.due_day + s.after)", "r2")
_EARLIER = "over (partition by k order by n rows between unbounded preceding and 1 preceding)"
_EARLIER_IN_LAP = "over (partition by k, lap order by n rows between unbounded preceding and 1 preceding)"

STATEMENTS = (
    """create temp table life as
       with dated as (select *, day_of(received_at) as received_day, day_of(ended_at) as ended_day from course join finish using (k))
       select d.*, r.rule, l.amount, l.term, coalesce(l.term in ('days', 'months'), false) as in_calendar_days
       from dated d asof left join supplement_rule r on d.received_day >= r.from_day
       asof left join procedure_limit l on d.procedure = l.procedure and d.received_day >= l.from_day""",
    # From the step of 5 or 6 until the next other step or the end; 5 and 6 in a row are one pause, of the kind that it began with.
    # The clock starts at the reception, so what is before that is no part of a pause.
    """create temp table pause as
       with inside as (
         select s.k, s.taken_at, s.place, s.status, s.status in (5, 6) as stops, l.ended_at
         from step s join life l using (k)
         where (l.ended_at is null or s.taken_at < l.ended_at) and s.k in (select k from step where status in (5, 6))),
       stretch as (select *, count(*) filter (not stops) over (partition by k order by place) as moves from inside),
       resumed as (select k, moves - 1 as moves, taken_at as resumed_at from stretch where not stops),
       found as (
         select k, row_number() over (partition by k order by moves) as n, arg_min(status, place) = 5 as supplement,
           min(taken_at) as began_at, any_value(coalesce(resumed_at, ended_at)) as ended_at
         from stretch left join resumed using (k, moves) where stops group by k, moves),
       running as (
         select found.* replace (greatest(began_at, received_at) as began_at) from found join life using (k)
         where found.ended_at is null or found.ended_at > received_at)
       select f.*, l.amount, l.term, l.in_calendar_days, day_of(f.began_at) as began_day, day_of(f.ended_at) as ended_day,
         l.rule = 'restart' and supplement and l.term is not null as restarts,
         l.rule <> 'first_only' or not supplement or count(*) filter (supplement) over (partition by f.k order by n) = 1 as counted
       from running f join life l using (k)""",
    """create temp table lap_start as
       select k, 0 as lap, received_at as begins_at, promised_at, amount, term from life where promised_at is not null or term is not null
       union all
       select k, row_number() over (partition by k order by n), ended_at, null, amount, term
       from pause where restarts and ended_at is not null""",
    # The promise that was given, else the limit from the start of the lap: as a position, and as a day.
    f"""create temp table lap as
       with p as (
         select l.*, {_BEGINS} as begins_position, {_PROMISED} as promised_position,
           l.amount * case l.term when 'hours' then 3600 when 'working_days' then full_day.seconds end as term_seconds,
           coalesce(promised_position, begins_position + term_seconds) as due_position
         from lap_start l {_BEGINS_JOIN} {_PROMISED_JOIN} cross join full_day),
       begun as (select p.*, {_TERM_DAY} as term_day, {_START_DAY} as start_day from p {_TERM_DAY_JOIN} {_START_DAY_JOIN}),
       c as (
         select *, case term when 'days' then start_day + amount when 'months'
           then date_diff('day', date '1970-01-01', (date '1970-01-01' + start_day::int + to_months(amount::int))::date) end as last_day
         from begun)
       select k, lap, due_position,
         case when promised_at is not null then day_of(promised_at)
              when term in ('days', 'months') then {_LIMIT_ROLLED} else term_day end as due_day
       from c {_LIMIT_ROLLED_JOIN}""",
    # Each pause with its length in the term's own measure: working seconds, or days for terms in "ngày".
    f"""create temp table measured as
       with placed as (
         select p.*, {_BEGAN} as began_position, {_ENDED} as ended_position from pause p {_BEGAN_JOIN} {_ENDED_JOIN} where counted)
       select *, case when restarts or ended_at is null then 0
           when in_calendar_days then ended_day - began_day else ended_position - began_position end as length,
         count(*) filter (restarts) {_EARLIER} as lap
       from placed""",
    # The day promised first, and the day by what the source says now.
    """create temp table promise as
       select k, p.due_day as first_due_day, coalesce(day_of(nullif(l.stated_due, 0)), p.due_day) as known_day
       from life l left join (from lap where lap = 0) p using (k)""",
    # The day of the promise before each pause and after it, if all before it helped; the due day before it decides whether it does, too.
    f"""create temp table moved as
       with s as (
         select m.*, lap.due_position, lap.due_day, m.before + m.length as after, next.due_day as next_due_day
         from (select *, coalesce(sum(length) {_EARLIER_IN_LAP}, 0)::bigint as before from measured) m
         left join lap on lap.k = m.k and lap.lap = m.lap left join lap next on m.restarts and next.k = m.k and next.lap = m.lap + 1),
       reached as (
         select s.*,
           case when s.before = 0 then due_day when in_calendar_days then {_BEFORE_ROLLED} else {_BEFORE} end as day_before,
           case when restarts then next_due_day when s.after = 0 then due_day
                when in_calendar_days then {_AFTER_ROLLED} else {_AFTER} end as day_after
         from s {_BEFORE_ROLLED_JOIN} {_BEFORE_JOIN} {_AFTER_ROLLED_JOIN} {_AFTER_JOIN}),
       dated as (
         select *, case when day_before <> first_due_day then greatest(known_day, day_before) else known_day end as due_before
         from reached join promise using (k)),
       judged as (select *, bool_and(coalesce(began_day <= due_before, true)) over (partition by k order by n) as effective from dated)
       from judged where effective""",
    """create temp table story as
       with stretched as (select k, bool_or(ended_at is null) as stopped, arg_max(day_after, n) as moved_day from moved group by k),
       dated as (
         select * replace (coalesce(stopped, false) as stopped) from life join promise using (k) left join stretched using (k))
       select k, unit, dossier, received_day, ended_day, otherwise, ended_by, first_due_day, stopped,
         statement, source_partition, source_offset, received_at, ended_at, status, last_word, channel, flags, gateway, form,
         case when stopped then null when moved_day <> first_due_day then greatest(known_day, moved_day) else known_day end as due_day,
         case when ended_day is not null then greatest(ended_day, received_day) end as closed_day
       from dated join (select k, channel, flags, gateway, form from newest) using (k)""",
)
