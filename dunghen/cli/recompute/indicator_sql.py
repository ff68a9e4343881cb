"""SQL: how indicators are counted (issue 7; decision 0023)."""

from __future__ import annotations

SCHEMA = (
    """create table definition (version int, code varchar, kind varchar, maximum int,
       latest bool, by_days bool, from_day int, to_day int, kinds varchar[], signature varchar)""",
    "create table term (version int, part varchar, source varchar, name varchar)",
    "create table indicator_set (code varchar, total bool, yearly bool)",
    "create table total_of (code varchar, version int)",
    "create table published (set_code varchar, year int)",
    "create table asked_window (name varchar, first int, last int, whole_last int)",
    "create table unit (name varchar, code varchar, kind varchar)",
    "create table tally (unit varchar, first int, last int, name varchar, numerator bigint, denominator bigint)",
    "create table fact (unit varchar, code varchar, first int, last int, numerator bigint, denominator bigint, assessed bool)",
    "create table task (unit varchar, bloc varchar, year int, plan varchar, kind varchar, done_day int)",
)

# Days next to each other on which the same is counted are one run. A window is all its runs where every one counts days, else the last.
RUNS = (
    """create table held as
       select w.name as asked, w.last as until, w.whole_last, d.code, d.version, d.signature, d.by_days,
         greatest(w.first, d.from_day) as first, least(w.last, d.to_day) as last
       from asked_window w join definition d on d.from_day <= w.last and d.to_day >= w.first""",
    """create table island as
       with before as (select *, lag(last) over told as last_before, lag(signature) over told as signature_before
         from held window told as (partition by asked, code order by first))
       select *, sum(case when last_before + 1 = first and signature_before = signature then 0 else 1 end)
         over (partition by asked, code order by first) as number from before""",
    """create table every_run as
       select asked, any_value(until) as until, any_value(whole_last) as whole_last, code, number, min(first) as first, max(last) as last,
         arg_max(version, last) as version, bool_and(by_days) as by_days from island group by asked, code, number""",
    """create table run as
       with judged as (select *, bool_and(by_days) over whole as addable, max(last) over whole = until as in_force,
         max(number) over whole as newest from every_run window whole as (partition by asked, code))
       select * from judged where in_force and (addable or number = newest)""",
)

# A year of a yearly set is a draft until it is published (decision 0027).
WITHOUT_DRAFTS = """delete from fact where exists (
    from indicator_set s where s.yearly and s.code = split_part(fact.code, '.', 1) and not exists (
      from published p where p.set_code = s.code and p.year = year(date '1970-01-01' + fact.first)))"""

_FACTS = """
needed as (select distinct u.name as unit, u.code as unit_code, r.asked, r.code, r.number, r.first, r.whole_last, t.name, d.latest
  from run r join definition d using (version) join term t using (version) cross join unit u where t.source = 'fact'),
within as (select n.*, f.first as begins, f.last as ends, f.numerator, f.denominator, f.assessed
  from needed n join fact f on f.unit = n.unit_code and f.code = n.name
  where f.first <= n.whole_last and (n.latest or (f.first >= n.first and f.last <= n.whole_last))),
outermost as (select * from within a where a.latest or not exists (
  select 1 from within b where (b.unit, b.asked, b.code, b.number, b.name) = (a.unit, a.asked, a.code, a.number, a.name)
    and b.begins <= a.begins and b.ends >= a.ends and (b.begins, b.ends) != (a.begins, a.ends))),
ordered as (select *, row_number() over (partition by unit, asked, code, number, name order by begins desc, ends) as place from outermost),
told as (select unit, asked, code, number, name, sum(numerator) as numerator, bool_and(assessed) as assessed,
    case when bool_and(denominator is not null) then sum(denominator) end as denominator
  from ordered where not latest or place = 1 group by all)"""

# Tasks stand as they do at the end of the window, those of its year; a bloc that is not assessed in it is left out. The name of a term is
# `party@KH02`: both parts may be lacking.
_TASKS = """
asked_tasks as (select distinct u.name as unit, u.code as unit_code, r.asked, r.code, r.number, r.until, t.name,
    year(date '1970-01-01' + r.until) as of_year
  from run r join term t using (version) cross join unit u where t.source = 'task'),
tasks as (select a.*, k.bloc, k.kind, k.done_day <= a.until as done, k.bloc in (select bloc from task x
    where x.unit = k.unit and x.year = k.year and x.kind = 'not_assessed') as left_out
  from asked_tasks a join task k on k.unit = a.unit_code and k.year = a.of_year
    and split_part(a.name, '@', 1) in ('', k.bloc) and (split_part(a.name, '@', 2) in ('', k.plan) or k.kind = 'not_assessed')),
counted_tasks as (select unit, asked, code, number, name, count(*) filter (done and not left_out and kind = 'task') as numerator,
    count(*) filter (not left_out and kind = 'task') as denominator from tasks group by all),
told_all as (
  select 'fact' as source, unit, asked, code, number, name, numerator, assessed, denominator from told
  union all
  select 'task', unit, asked, code, number, name, numerator, denominator > 0, case when denominator > 0 then denominator end
  from counted_tasks)"""

_PARTS = """
input as (select u.name as unit, u.kind as unit_kind, r.asked, r.code, r.number, r.version, t.part, t.source, t.name,
    case when t.source = 'tally' then true else f.numerator is not null end as known, coalesce(f.assessed, true) as assessed,
    coalesce(case when t.source = 'tally' then y.numerator else f.numerator end, 0) as good,
    case when t.source != 'tally' then f.denominator when y.denominator is null then 0
      when t.name in ('official', 'resolved', 'due_cohort', 'statutory') then y.denominator else y.numerator end as whole
  from unit u cross join run r join term t using (version)
  left join tally y on t.source = 'tally' and (y.unit, y.first, y.last, y.name) = (u.name, r.first, r.last, t.name)
  left join told_all f on (f.source, f.unit, f.asked, f.code, f.number, f.name) = (t.source, u.name, r.asked, r.code, r.number, t.name)),
added as (select unit, unit_kind, asked, code, bool_and(known) as known, bool_and(assessed) as assessed,
    sum(good) filter (part = 'numerator')::hugeint as numerator, arg_max(version, number) as version,
    bool_or(part = 'denominator' and source != 'tally' and whole is null) as lacks_whole,
    coalesce(sum(case when source != 'tally' then coalesce(whole, 1) else whole end)
      filter (part = 'denominator'), 0)::hugeint as denominator
  from input group by unit, unit_kind, asked, code),
judged as (select a.*, d.kind, d.maximum,
    case d.kind when 'sum' then 1 when 'manual' then denominator * greatest(d.maximum, 1) else denominator end as whole,
    case when a.unit != 'city' and not list_contains(d.kinds, a.unit_kind) then 'NOT_FOR_KIND' when not known then 'NO_INPUTS'
      when not assessed then 'NOT_ASSESSED' when lacks_whole and d.kind != 'manual' then 'NO_INPUTS'
      when d.kind != 'sum' and denominator = 0 then 'NOTHING_OCCURRED' else 'VALUE' end as reason
  from added a join definition d using (version)),
own_fact as (select asked, code from run join term using (version) group by asked, code having bool_and(source = 'fact')),
of_units as (select asked, code, any_value(kind) as kind, sum(numerator) filter (reason = 'VALUE') as numerator,
    sum(whole) filter (reason = 'VALUE') as whole,
    case when bool_or(reason = 'VALUE') then 'VALUE' when bool_or(reason = 'NOTHING_OCCURRED') then 'NOTHING_OCCURRED'
      when bool_or(reason = 'NOT_ASSESSED') then 'NOT_ASSESSED' else 'NO_INPUTS' end as reason
  from judged where unit != 'city' group by asked, code),
settled as (
  select unit, asked, code, version, maximum, numerator, whole, reason from judged where unit != 'city'
  union all
  select 'city', j.asked, j.code, version, maximum,
    case when o.code is not null and j.reason in ('VALUE', 'NOT_ASSESSED') then j.numerator else s.numerator end,
    case when o.code is not null and j.reason in ('VALUE', 'NOT_ASSESSED') then j.whole when s.kind = 'sum' then 1 else s.whole end,
    case when o.code is not null and j.reason in ('VALUE', 'NOT_ASSESSED') then j.reason else s.reason end
  from judged j left join own_fact o using (asked, code) left join of_units s using (asked, code) where j.unit = 'city'),
valued as (select unit, asked, code, version, reason, case when reason = 'VALUE' then numerator else 0 end as numerator,
    case when reason = 'VALUE' then whole else 0 end as denominator, case when reason = 'VALUE' then maximum else 0 end as maximum
  from settled)"""

_TOTALS = """
total as (select unit, asked, t.code, sum(maximum)::int as maximum,
    case when bool_or(maximum > 0) then 'VALUE' when bool_or(reason = 'NOTHING_OCCURRED') then 'NOTHING_OCCURRED'
      when bool_or(reason = 'NOT_ASSESSED') then 'NOT_ASSESSED' else 'NO_INPUTS' end as reason
  from valued v join total_of t using (version) group by all)"""

# Points are counted exactly in `indicator_points`: fractions of whole numbers have no type in SQL.
FIGURES = f"""with {_FACTS}, {_TASKS}, {_PARTS}, {_TOTALS}
select unit, asked, code, version, numerator, denominator, reason, maximum from valued
union all select unit, asked, code, -1, 0, 0, reason, maximum from total"""
