"""SQL: pauses, first promised due and effective due of each story (`domain.md` §3).

Working time is a difference of positions, the working seconds since the beginning of time; a position becomes an instant again by the first
interval that reaches it. A `lap` is a run of the clock: 0 the first, one more after every supplement under the rule `restart`.
Pauses that help form a prefix: once one began after the due day the due day moves no more, so all later ones do too. Hence no recursion.
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


_BEGIN, _BEGIN_JOIN = _position("t.begins_at", "wb")
_GIVEN, _GIVEN_JOIN = _position("t.given_at", "wg")
_TERM_DAY, _TERM_DAY_JOIN = _day_at("p.due_position", "wd")
_START_DAY, _START_DAY_JOIN = _day_at("(p.begin_position + 1)", "ws")
_TERM_ROLLED, _TERM_ROLLED_JOIN = _rolled("c.last_day", "wr")
_PAUSE_BEGAN, _PAUSE_BEGAN_JOIN = _position("p.began_at", "wb")
_PAUSE_ENDED, _PAUSE_ENDED_JOIN = _position("p.ended_at", "we")
_BEFORE_DAY, _BEFORE_DAY_JOIN = _day_at("(s.due_position + s.before)", "w1")
_BEFORE_ROLLED, _BEFORE_ROLLED_JOIN = _rolled("(s.due_day + s.before)", "r1")
_AFTER_DAY, _AFTER_DAY_JOIN = _day_at("(s.due_position + s.before + s.length)", "w2")
_AFTER_ROLLED, _AFTER_ROLLED_JOIN = _rolled("(s.due_day + s.before + s.length)", "r2")

STATEMENTS = (
    """create temp table life as
       with dated as (select *, day_of(received_at) as received_day, day_of(ended_at) as ended_day from course join finish using (k))
       select d.*, r.rule, l.amount, l.term, coalesce(l.term in ('days', 'months'), false) as in_calendar_days
       from dated d asof left join supplement_rule r on d.received_day >= r.from_day
       asof left join procedure_limit l on d.procedure = l.procedure and d.received_day >= l.from_day""",
    # From the step of 5 or 6 until the next other step or the end; 5 and 6 in a row are one pause.
    """create temp table pause as
       with inside as (
         select s.k, s.taken_at, s.status, s.place, s.status in (5, 6) as stops, l.ended_at from step s join life l using (k)
         where (l.ended_at is null or s.taken_at < l.ended_at) and s.k in (select k from step where status in (5, 6))),
       seen as (
         select *, lag(stops, 1, false) over (partition by k order by place) as stopped,
           min(case when not stops then taken_at end) over (partition by k order by place rows between 1 following and unbounded following) as resumed_at
         from inside)
       select k, row_number() over (partition by k order by place) as n, status = 5 as supplement, taken_at as began_at, coalesce(resumed_at, ended_at) as ended_at
       from seen where stops and not stopped""",
    # Where the clock starts, and the date that was given (else the limit gives it).
    """create temp table term_start as
       select k, 0 as lap, received_at as begins_at, promised_at as given_at, amount, term from life where promised_at is not null or amount is not null
       union all
       select k, row_number() over (partition by k order by n), p.ended_at, null, amount, term from pause p join life using (k)
       where rule = 'restart' and supplement and p.ended_at is not null and amount is not null""",
    f"""create temp table lap as
       with t as (select *, given_at is null and term in ('days', 'months') as counts_days from term_start),
       begun as (select t.*, {_BEGIN} as begin_position, {_GIVEN} as given_position from t {_BEGIN_JOIN} {_GIVEN_JOIN}),
       p as (
         select *, case when given_at is not null then given_position
           when not counts_days then begin_position + amount * case term when 'hours' then 3600 else (select any_value(seconds) from full_day) end end as due_position
         from begun),
       started as (select p.*, {_TERM_DAY} as term_day, {_START_DAY} as start_day from p {_TERM_DAY_JOIN} {_START_DAY_JOIN}),
       c as (
         select *, case when counts_days then case term when 'days' then start_day + amount
           else date_diff('day', date '1970-01-01', (date '1970-01-01' + start_day::int + to_months(amount::int))::date) end end as last_day
         from started)
       select k, lap, due_position,
         case when given_at is not null then day_of(given_at) when counts_days then {_TERM_ROLLED} else term_day end as due_day
       from c {_TERM_ROLLED_JOIN}""",
    # `before` and `length` in the term's own measure: working seconds, or days for terms in "ngày".
    f"""create temp table moved as
       with p as (
         select p.*, rule, in_calendar_days, received_day, day_of(p.began_at) as began_day, day_of(p.ended_at) as ended_day,
           coalesce(rule = 'restart' and supplement and amount is not null, false) as restarts,
           not (rule = 'first_only' and supplement and count(*) filter (supplement) over (partition by k order by n) > 1) as counted
         from pause p join life l using (k)),
       measured as (
         select p.*, case when in_calendar_days then ended_day - began_day else {_PAUSE_ENDED} - {_PAUSE_BEGAN} end as lasted,
           count(*) filter (restarts) over (partition by k order by n rows between unbounded preceding and 1 preceding) as lap
         from p {_PAUSE_BEGAN_JOIN} {_PAUSE_ENDED_JOIN} where counted),
       summed as (
         select m.*, case when restarts then 0 else coalesce(lasted, 0) end as length,
           coalesce(sum(case when restarts then 0 else lasted end) over (partition by k, lap order by n rows between unbounded preceding and 1 preceding), 0)::bigint as before
         from measured m),
       s as (select summed.*, lap.due_position, lap.due_day, next.due_day as next_due_day
             from summed left join lap using (k, lap) left join lap next on summed.restarts and next.k = summed.k and next.lap = summed.lap + 1),
       reached as (
         select s.*,
           case when before = 0 then due_day when in_calendar_days then {_BEFORE_ROLLED} else {_BEFORE_DAY} end as day_before,
           case when restarts then next_due_day when before + length = 0 then due_day
                when in_calendar_days then {_AFTER_ROLLED} else {_AFTER_DAY} end as day_after
         from s {_BEFORE_ROLLED_JOIN} {_BEFORE_DAY_JOIN} {_AFTER_ROLLED_JOIN} {_AFTER_DAY_JOIN}),
       judged as (select *, bool_and(coalesce(began_day <= day_before, true)) over (partition by k order by n) as effective from reached)
       from judged where effective""",
    """create temp table story as
       with stretched as (select k, bool_or(ended_at is null) as stopped, arg_max(day_after, n) as moved_day from moved group by k),
       dated as (
         select l.*, p.due_day as first_due_day, coalesce(s.stopped, false) as stopped, s.moved_day, day_of(nullif(l.stated_due, 0)) as stated_day
         from life l left join lap p on p.k = l.k and p.lap = 0 left join stretched s on s.k = l.k)
       select k, unit, dossier, received_day, ended_day, otherwise, ended_by, first_due_day, stopped, statement, source_partition, source_offset,
         received_at, ended_at, status, last_word,
         case when stopped then null
              when moved_day <> first_due_day then greatest(coalesce(stated_day, first_due_day), moved_day)
              else coalesce(stated_day, first_due_day) end as due_day,
         greatest(ended_day, case when ended_day is not null then received_day end) as closed_day
       from dated""",
)
