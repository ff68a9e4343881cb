/** The task board: how complete each locality is, by bloc, and which tasks are overdue. Everything on it can be chosen by its address. */
import { signal, useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import '../styles/tasks.css';
import { BLOCS, type Bloc, type Board, type Share, type UnitTasks } from '../core/tasks';
import { counted, percent } from '../core/figures';
import { KINDS, type Kind } from '../core/model';
import { dayMonth } from '../core/times';
import { browserPorts } from '../live/browser';
import { still } from '../view/answer';
import { addressOf, go } from '../view/links';
import { choice, choose, lang, say, STEPPED } from '../view/store';
import { followTasks, PLAN, sameWish, type Followed, type Wish } from './follow';
import { TaskList } from './TaskList';
import type { TasksKey } from './text';
import { term, told } from './words';

const toMap = { view: 'map', unit: null } as const;
const OWN = ['plan', 'bloc', 'state', 'year'] as const;
type Own = Pick<Wish, (typeof OWN)[number]>;
const USUAL: Own = { plan: PLAN, bloc: '', state: '', year: null };
const own = signal(USUAL);

function read(search: string): Own {
  const query = new URLSearchParams(search);
  const year = Number(query.get('year'));
  return { plan: query.get('plan') ?? PLAN, bloc: BLOCS.find((bloc) => bloc === query.get('bloc')) ?? '', state: query.get('state') ?? '', year: Number.isInteger(year) && year > 1969 && year < 2106 ? year : null };
}
/** The address says what is chosen here, and no longer when the page is left. */
function put(next: Own): void {
  own.value = next;
  const query = new URLSearchParams(location.search);
  for (const name of OWN) if (next[name] === USUAL[name]) query.delete(name); else query.set(name, String(next[name]));
  const said = query.toString();
  history.replaceState(history.state, '', location.pathname + (said === '' ? '' : `?${said}`));
}

export function TaskBoard() {
  const wish = useComputed<Wish>(() => ({ ...own.value, unit: choice.value.unit ?? '', asOf: choice.value.asOf }));
  const followed = useMemo(() => ((own.value = read(location.search)), followTasks(browserPorts, wish, still)), [wish]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (history.state === STEPPED) heading.current?.focus(); // come by a link in the page, not by its address
    const back = (): void => void (own.value = read(location.search));
    addEventListener('popstate', back);
    return () => {
      removeEventListener('popstate', back);
      followed.stop();
      if (choice.peek().view !== 'tasks') put(USUAL);
    };
  }, [followed]);
  const { board, of, trouble } = followed.state.value;
  const chosen = of !== null && sameWish(of, wish.value);
  return (
    <main class="unit tasks" data-state={board === null ? 'tasks-loading' : 'tasks'}>
      <nav class="crumb" aria-label={say('breadcrumb')}><a href={addressOf(toMap)} onClick={(event) => go(event, toMap)} data-role="to-map">{say('to_map')}</a> › {say('page_tasks')}</nav>
      <h1 ref={heading} tabIndex={-1}>{board === null ? (trouble === null ? say('tasks_loading') : told('tasks_trouble', { status: trouble })) : titled(board, of)}</h1>
      {board !== null && of !== null && <Whole board={board} of={of} chosen={chosen} followed={followed} />}
    </main>
  );
}

const titled = ({ year }: Board, of: Wish | null): string => {
  const plan = of?.plan ?? PLAN;
  return plan === PLAN ? told('tasks_title', { year }) : plan === '' ? told('tasks_title_all', { year }) : told('tasks_title_plan', { plan, year });
};

/** `of`: the wish that all this answers; `chosen`: it is the present one. */
function Whole({ board, of, chosen, followed }: { readonly board: Board; readonly of: Wish; readonly chosen: boolean; readonly followed: Followed }) {
  const { trouble } = followed.state.value;
  return (
    <>
      <p class="facts" data-role="tasks-city">{citySaid(board)}</p>
      {!chosen ? <p class={trouble === null ? 'note' : 'warn'} role="status" data-role="of-before">{trouble === null ? say('switching') : say('refused', { status: trouble })}</p>
        : trouble !== null && <p class="warn" role="status">{told('tasks_trouble', { status: trouble })}</p>}
      {board.stale && <p class="warn" role="status">{told('tasks_stale')}</p>}
      <Filters board={board} followed={followed} />
      <section aria-labelledby="board-title" data-role="board">
        <h2 id="board-title">{told('board_title')}</h2>
        {board.city.state === 'not_told' ? <p>{told('tasks_none')}</p> : KINDS.map((kind) => <Table key={kind} kind={kind} units={board.units.filter((unit) => unit.kind === kind)} of={of} followed={followed} />)}
      </section>
      <TaskList followed={followed} />
    </>
  );
}

function citySaid({ city, asOf }: Board): string {
  const date = dayMonth(asOf, true);
  if (city.value === null) return told('tasks_city_none', { date });
  return told('tasks_city', { done: counted(city.done, lang.value), all: counted(city.all, lang.value), share: percent({ numerator: city.done, denominator: city.all }, lang.value), overdue: counted(city.overdue, lang.value), date });
}

interface ChooseProps { readonly label: TasksKey; readonly name: string; readonly value: string; readonly options: readonly (readonly [string, string])[]; readonly pick: (value: string) => void }
function Choose({ label, name, value, options, pick }: ChooseProps) {
  return (
    <label class="pick">
      <span>{told(label)}</span>
      <select name={name} value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map(([key, words]) => <option key={key} value={key} selected={key === value}>{words}</option>)}
      </select>
    </label>
  );
}

function Filters({ board, followed }: { readonly board: Board; readonly followed: Followed }) {
  const now = Number(board.asOf.slice(0, 4));
  const units = [...board.units].sort((a, b) => a.name.localeCompare(b.name, 'vi'));
  const plans = [...new Set([PLAN, own.value.plan, ...board.plans])].filter((plan) => plan !== '').sort();
  const states = Object.keys(followed.state.value.terms?.['task_states'] ?? {});
  return (
    <div class="filters" role="group" aria-label={told('tasks_filters')}>
      <Choose label="pick_plan" name="plan" value={own.value.plan} options={[...plans.map((plan) => [plan, plan] as const), ['', told('every_plan')]]} pick={(plan) => put({ ...own.peek(), plan })} />
      <Choose label="pick_unit" name="unit" value={choice.value.unit ?? ''} options={[['', told('every_unit')], ...units.map(({ code, name }) => [code, name] as const)]} pick={(code) => choose({ unit: code || null })} />
      <Choose label="pick_bloc" name="bloc" value={own.value.bloc} options={[['', told('every_bloc')], ...BLOCS.map((bloc) => [bloc, term(followed, 'blocs', bloc)] as const)]} pick={(bloc) => put({ ...own.peek(), bloc })} />
      <Choose label="pick_state" name="state" value={own.value.state} options={[['', told('every_state')], ...states.map((state) => [state, term(followed, 'task_states', state)] as const)]} pick={(state) => put({ ...own.peek(), state })} />
      <Choose label="pick_year" name="year" value={String(board.year)} options={[now, now - 1, ...(board.year < now - 1 ? [board.year] : [])].map((year) => [String(year), String(year)] as const)} pick={(year) => put({ ...own.peek(), year: Number(year) === now ? null : Number(year) })} />
    </div>
  );
}

/** The units of one kind: ranks are within it. */
function Table({ kind, units, of, followed }: { readonly kind: Kind; readonly units: readonly UnitTasks[]; readonly of: Wish; readonly followed: Followed }) {
  const blocs = of.bloc === '' ? BLOCS : [];
  if (units.length === 0) return null;
  return (
    <div class="scroll">
      <table class="board" data-kind={kind}>
        <caption>{say(`kind_${kind}`)}</caption>
        <thead>
          <tr>
            <th scope="col" class="r">{say('col_rank')}</th><th scope="col">{told('task_col_unit')}</th><th scope="col" class="v">{told('task_col_done')}</th><th scope="col">{told('task_col_state')}</th><th scope="col" class="r">{say('col_overdue')}</th>
            {blocs.map((bloc) => <th key={bloc} scope="col" class="v of-bloc">{term(followed, 'blocs', bloc)}</th>)}
          </tr>
        </thead>
        <tbody>{units.map((unit) => <Row key={unit.code} unit={unit} blocs={blocs} here={of.unit === unit.code} followed={followed} />)}</tbody>
      </table>
    </div>
  );
}

/** `here`: the tasks below are of this unit. */
function Row({ unit, blocs, here, followed }: { readonly unit: UnitTasks; readonly blocs: readonly Bloc[]; readonly here: boolean; readonly followed: Followed }) {
  const part = { unit: choice.value.unit === unit.code ? null : unit.code };
  return (
    <tr class={here ? 'here' : ''} data-unit={unit.code} data-colour={unit.colour}>
      <td class="r">{unit.rank ?? '—'}</td>
      <th scope="row"><a href={addressOf(part)} onClick={(event) => go(event, part)} aria-current={here ? 'true' : undefined}>{unit.name}</a></th>
      <td class="v">{sharePart(unit)}</td>
      <td><State share={unit} followed={followed} /></td>
      <td class="r" data-role="overdue">{unit.all === 0 ? '—' : counted(unit.overdue, lang.value)}</td>
      {blocs.map((bloc) => <td key={bloc} class="v of-bloc" data-bloc={bloc}>{sharePart(unit.blocs[bloc])}<small>{term(followed, 'bloc_states', unit.blocs[bloc].state)}</small></td>)}
    </tr>
  );
}

const sharePart = ({ done, all }: Share): string => (all === 0 ? '—' : told('share_of', { done: counted(done, lang.value), all: counted(all, lang.value) }));

/** The colour with its word, never the colour alone. */
function State({ share: { colour, state }, followed }: { readonly share: Share; readonly followed: Followed }) {
  return <span class={`chip b-${colour}`}>{term(followed, 'bloc_states', state)}</span>;
}
