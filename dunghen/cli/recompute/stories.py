"""SQL: from raw events to one row for each (unit, dossier) that says when it was received, when it ended and how (`domain.md` §4).

Every unit is told each dossier only up to its own cut, so a dossier that moved has one story for each unit that had it; `k` numbers them.
`place` orders steps: by instant, and within one by the order of statuses.
"""

from __future__ import annotations

STATEMENTS = (
    """create temp table pair as
       with had as (select distinct unit, dossier from event where kind = 'synced'),
       asked as (
         select distinct asked, unit from cut
         union all select distinct unit, unit from had where not (select any_value(given) from cuts_given))
       select row_number() over () as k, asked, unit as asked_unit, dossier from had join asked using (unit)""",
    """create temp table told as
       select p.k, p.asked, p.asked_unit, e.*
       from pair p join event e using (dossier) left join cut c on c.asked = p.asked and c.source_partition = e.source_partition
       where e.source_offset < coalesce(c.below, (select any_value(otherwise) from cuts_given))""",
    # The newest statement decides whether the dossier counts, and for whom. A retraction is a statement too. Sources of a higher precedence
    # are heard alone: what others state of the dossier, however new, counts for nothing; only steps count from all.
    """create temp table newest as
       from (from told where kind <> 'progressed'
             qualify row_number() over (partition by k order by precedence desc, occurred_at desc, arrived_at desc, id desc) = 1)
       where kind = 'synced' and unit = asked_unit""",
    """create temp table said as
       select k,
         min(occurred_at) filter (status in (2, 4, 6, 9, 10)) as accepted_at,
         min(occurred_at) filter (status in (9, 10)) as done_at,
         min(occurred_at) filter (status in (3, 7, 8) and ended = 0) as stopped_at,
         arg_min(due, row(occurred_at, due)) filter (due > 0) as promised_at
       from told semi join newest n on n.k = told.k and n.precedence = told.precedence where kind = 'synced' group by k""",
    """create temp table step as
       with taken as (
         select k, occurred_at as taken_at, status from told where kind = 'progressed'
         union select k, s.taken_at, s.status from (select k, unnest(steps) as s from told where kind = 'synced' and len(steps) > 0))
       select taken.k, taken.taken_at, taken.status, taken.taken_at * 16 + rank as place,
         case when n.status in (1, 2, 4, 5, 6) then n.occurred_at else -1 end as void_until
       from taken join newest n using (k) join status_order o on o.status = taken.status
       where taken.taken_at > 0 and taken.status > 0  -- 0 is "not given"
    """,
    # Of a dossier with more steps than anybody can take, the earliest 10,000 count.
    """delete from step using (
         select k, place as last_place from step where k in (select k from step group by k having count(*) > 10000)
         qualify row_number() over (partition by k order by place) = 10000) full_story
       where step.k = full_story.k and step.place > full_story.last_place""",
    """create temp table walk as
       select k, max(taken_at) as last_at, arg_max(status, place) as last_status,
         min(taken_at) filter (status in (2, 4, 6, 9, 10)) as accepted_at,
         min(taken_at) filter (status = 9 and taken_at > void_until) as nine_at,
         min(taken_at) filter (status = 10 and taken_at > void_until) as ten_at,
         max(place) filter (status not in (3, 7, 8)) as busy_place,
         max(taken_at) filter (status not in (3, 7, 8)) as busy_at
       from step group by k""",
    # The last unbroken run of 3, 7 and 8, as far as no sync that says "open" voids it.
    """create temp table run as
       select k, min(taken_at) as began_at from step join walk using (k)
       where place > coalesce(busy_place, -1) and taken_at > void_until group by k""",
    """create temp table course as
       select n.k, n.asked as unit, n.dossier, n.procedure, n.id as statement, n.source_partition, n.source_offset,
         n.occurred_at as stated_at,
         n.status, n.ended, n.returned, n.due as stated_due, s.promised_at, s.done_at, s.stopped_at,
         case when w.last_at > n.occurred_at then w.last_status else n.status end as last_word,
         coalesce(nullif(n.received, 0), least(s.accepted_at, w.accepted_at)) as received_at,
         w.last_at, w.nine_at, w.ten_at, w.busy_at, r.began_at as run_at
       from newest n join said s using (k) left join walk w using (k) left join run r using (k)
       where least(s.accepted_at, w.accepted_at) is not null
         and case when w.last_at > n.occurred_at then w.last_status else n.status end <> 1""",
    # End of processing, in the order of domain.md §4; what a sync says of 3, 7 or 8 is part of the run that it belongs to.
    """create temp table finish as
       with candidate as (
         select *,
           case when status in (9, 10) then coalesce(nullif(ended, 0), nine_at, nullif(returned, 0), ten_at, done_at)
                when status in (3, 7, 8) then coalesce(nine_at, ten_at, done_at)
                else coalesce(nine_at, ten_at) end as done,
           case when status in (3, 7, 8) then coalesce(nullif(ended, 0), stopped_at) end as said_stopped
         from course)
       select k, done is null and last_word in (3, 7, 8) as otherwise,
         case when done is not null then done
              when last_word not in (3, 7, 8) then null
              when said_stopped is null then run_at
              when ended > 0 and coalesce(stated_at >= last_at, true) then ended
              when said_stopped > coalesce(busy_at, 0) then least(run_at, said_stopped)
              else coalesce(run_at, busy_at) end as ended_at,
         case when done is null then case when last_word in (3, 7, 8) then 'last word ' || last_word end
              when status in (9, 10) and ended > 0 then 'end date of the newest sync'
              when nine_at is not null then 'first step 9'
              when status in (9, 10) and returned > 0 then 'return date of the newest sync'
              when ten_at is not null then 'first step 10'
              else 'earliest sync of 9 or 10' end as ended_by
       from candidate""",
)
