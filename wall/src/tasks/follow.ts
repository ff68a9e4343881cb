/** The board and the list for what is wished: asked again when that changes and every minute; what has come stays while the next is on its way. */
import { effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { boardBody, tasksBody, type Board, type Task, type TaskPage } from '../core/tasks';
import { termsOf, type Terms } from '../core/terms';
import { Malformed } from '../core/model';
import type { Ports } from '../live/stream';

/** `plan`, `unit`, `bloc` "": all; `asOf` null: today; `year` null: that of the day. */
export interface Wish { readonly plan: string; readonly unit: string; readonly bloc: string; readonly state: string; readonly year: number | null; readonly asOf: string | null }
/** `of`: the wish that board and tasks answer, by which they are called. `trouble`: the HTTP status that was not 200, 0 for no answer or none that fits. */
export interface TasksState { readonly of: Wish | null; readonly board: Board | null; readonly tasks: readonly Task[]; readonly all: number; readonly after: string; readonly terms: Terms | null; readonly trouble: number | null }
export interface Followed { readonly state: ReadonlySignal<TasksState>; readonly more: () => void; readonly stop: () => void }

const AGAIN_MS = 60_000;
const PAGE = 100;
export const TERMS = ['blocs', 'task_states', 'bloc_states'] as const;
/** That of Resolution 57, where the address names none. */
export const PLAN = 'KH02';
class Trouble extends Error { constructor(readonly status: number) { super(); } }

/** The queries of the API for a wish. */
export function queries({ plan, unit, bloc, state, year, asOf }: Wish): { readonly board: string; readonly tasks: string } {
  const both = { ...(plan === '' ? {} : { plan }), ...(year === null ? {} : { year: String(year) }), ...(bloc === '' ? {} : { bloc }), ...(asOf === null ? {} : { as_of: asOf }) };
  const more = { ...(unit === '' ? {} : { unit }), ...(state === '' ? {} : { status: state }), limit: String(PAGE) };
  return { board: new URLSearchParams(both).toString(), tasks: new URLSearchParams({ ...both, ...more }).toString() };
}

export const sameWish = (a: Wish, b: Wish): boolean => queries(a).tasks === queries(b).tasks;

/** `still`: what is shown stands still; only another wish is asked for, once. */
export function followTasks(ports: Ports, wish: ReadonlySignal<Wish>, still: () => boolean = () => false): Followed {
  const state: Signal<TasksState> = signal({ of: null, board: null, tasks: [], all: 0, after: '', terms: null, trouble: null });
  let turn = 0;
  const got = async (path: string): Promise<unknown> => {
    const answer = await ports.fetch(`/api/v1${path}`).catch(() => null);
    if (answer === null || answer.status !== 200) throw new Trouble(answer?.status ?? 0);
    return answer.body;
  };
  const tried = async (mine: number, work: () => Promise<Partial<TasksState>>): Promise<void> => {
    try {
      const found = await work();
      if (mine === turn) state.value = { ...state.peek(), ...found, trouble: null };
    } catch (fault) {
      if (!(fault instanceof Trouble || fault instanceof Malformed)) throw fault;
      if (mine === turn) state.value = { ...state.peek(), trouble: fault instanceof Trouble ? fault.status : 0 };
    }
  };
  const stands = (of: Wish): boolean => state.peek().of !== null && sameWish(state.peek().of!, of);
  const page = (found: TaskPage): Partial<TasksState> => ({ tasks: found.tasks, all: found.all, after: found.after });
  let busy = false;
  /** As many pages as are shown of this wish, so that who reads on is not thrown back. */
  const pages = async (of: Wish, query: string): Promise<TaskPage> => {
    let found = tasksBody(await got(`/tasks?${query}`));
    const shown = (): number => (stands(of) ? state.peek().tasks.length : 0);
    while (found.after !== '' && found.tasks.length < shown()) {
      const next = tasksBody(await got(`/tasks?${query}&after=${encodeURIComponent(found.after)}`));
      found = { ...next, tasks: [...found.tasks, ...next.tasks] };
    }
    return found;
  };
  const ask = (): void => {
    const of = wish.value;
    if (still() && stands(of)) return;
    const asked = queries(of);
    const mine = (turn += 1);
    busy = true;
    void tried(mine, async () => {
      const terms = state.peek().terms ?? termsOf(await got('/definitions'), TERMS);
      const [board, tasks] = await Promise.all([got(`/tasks/board?${asked.board}`), pages(of, asked.tasks)]);
      return still() && stands(of) ? {} : { of, terms, board: boardBody(board), ...page(tasks) };
    }).finally(() => (busy = busy && mine !== turn));
  };
  const more = (): void => {
    const { tasks, after } = state.peek();
    if (after !== '') void tried(turn, async () => {
      const found = tasksBody(await got(`/tasks?${queries(wish.peek()).tasks}&after=${encodeURIComponent(after)}`));
      return after === state.peek().after ? { ...page(found), tasks: [...tasks, ...found.tasks] } : {};
    });
  };
  const unfollow = effect(ask);
  const timer = setInterval(() => busy || ask(), AGAIN_MS);
  return { state, more, stop: () => { turn += 1; unfollow(); clearInterval(timer); } };
}
