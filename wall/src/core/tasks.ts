/** The task board and the list of tasks, as GET /tasks/board and /tasks say them, checked at the door. */
import { among, count, listOf, Malformed, ratio, record, word, type Answered, type Untold } from './model';

type RawBoard = Answered<'/api/v1/tasks/board'>;
type RawTasks = Answered<'/api/v1/tasks'>;
type RawUnit = Untold<RawBoard['units'][number]>;
type RawTask = Untold<RawTasks['tasks'][number]>;

export const BLOCS = ['party', 'council', 'committee', 'front'] as const;
export const COLOURS = ['green', 'red', 'none'] as const;
export type Bloc = (typeof BLOCS)[number];
/** `colour` is said in words too: `state` is a word of /definitions, `bloc_states`. */
export interface Share { readonly done: number; readonly all: number; readonly overdue: number; readonly value: number | null; readonly state: string; readonly colour: (typeof COLOURS)[number] }
export interface UnitTasks extends Share { readonly code: string; readonly name: string; readonly kind: string; readonly rank: number | null; readonly of: number; readonly blocs: Readonly<Record<Bloc, Share>> }
/** `plans`: those that have a task in the year, whichever was asked for; "" stands for tasks without one. */
export interface Board { readonly asOf: string; readonly year: number; readonly plans: readonly string[]; readonly stale: boolean; readonly age: number | null; readonly city: Share; readonly units: readonly UnitTasks[] }
export interface Task {
  readonly unit: string; readonly unitName: string; readonly bloc: string; readonly plan: string; readonly code: string; readonly vi: string; readonly en: string; readonly owner: string; readonly ownerName: string;
  readonly dueOn: string; readonly doneOn: string | null; readonly state: string; readonly late: boolean; readonly daysOver: number; readonly evidence: string | null;
}
export interface TaskPage { readonly all: number; readonly tasks: readonly Task[]; readonly after: string }

function shareOf(value: unknown): Share {
  const raw = record<Untold<Share>>(value, 'share');
  const colour = among(COLOURS, raw.colour, 'colour');
  const [done, all] = [count(raw, 'done'), count(raw, 'all')];
  if (done < 0 || done > all) throw new Malformed('more done than there are');
  return { done, all, overdue: count(raw, 'overdue'), value: ratio(raw, 'value'), state: word(raw, 'state'), colour };
}
function blocsOf(value: unknown): Record<Bloc, Share> {
  const given = listOf(value, 'blocs').map((one) => [word(record<{ readonly bloc?: unknown }>(one, 'bloc'), 'bloc'), shareOf(one)] as const);
  const found = (bloc: Bloc): Share => {
    const share = given.find(([name]) => name === bloc)?.[1];
    if (share === undefined) throw new Malformed(`${bloc} is missing`);
    return share;
  };
  return { party: found('party'), council: found('council'), committee: found('committee'), front: found('front') };
}

/** Raises Malformed for an answer that does not fit. */
export function boardBody(value: unknown): Board {
  const raw = record<Untold<RawBoard>>(value, 'board');
  const units = listOf(raw.units, 'units').map((one) => {
    const of = record<RawUnit>(one, 'unit');
    return { ...shareOf(one), code: word(of, 'code'), name: word(of, 'name'), kind: word(of, 'kind'), rank: ratio(of, 'rank'), of: count(of, 'of'), blocs: blocsOf(of.blocs) };
  });
  const plans = listOf(raw.plans, 'plans').map((plan) => word({ plan }, 'plan'));
  return { asOf: word(raw, 'as_of'), year: count(raw, 'year'), plans, stale: raw.stale === true, age: ratio(raw, 'age_seconds'), city: shareOf(raw.city), units };
}

const orNull = (raw: RawTask, name: keyof RawTask & string): string | null => (raw[name] === null ? null : word(raw, name));
function taskOf(value: unknown): Task {
  const raw = record<RawTask>(value, 'task');
  const content = record<{ readonly vi?: unknown; readonly en?: unknown }>(raw.content, 'content');
  return {
    unit: word(raw, 'unit'), unitName: word(raw, 'unit_name'), bloc: word(raw, 'bloc'), plan: word(raw, 'plan'), code: word(raw, 'code'), vi: word(content, 'vi'), en: word(content, 'en'), owner: word(raw, 'owner'), ownerName: word(raw, 'owner_name'),
    dueOn: word(raw, 'due_on'), doneOn: orNull(raw, 'done_on'), state: word(raw, 'state'), late: raw.late === true, daysOver: count(raw, 'days_over'), evidence: orNull(raw, 'evidence'),
  };
}
/** Raises Malformed for an answer that does not fit. */
export function tasksBody(value: unknown): TaskPage {
  const raw = record<Untold<RawTasks>>(value, 'tasks');
  return { all: count(raw, 'all'), tasks: listOf(raw.tasks, 'tasks').map(taskOf), after: word(raw, 'after') };
}
