/** What the task board says, in the language of the page. */
import { lang } from '../view/store';
import type { Followed } from './follow';
import { tasksText, type TasksKey } from './text';

export const told = (key: TasksKey, values?: Readonly<Record<string, string | number>>): string => tasksText(lang.value, key, values);
/** A word of /definitions; a code without one is shown as it is. */
export function term(followed: Followed, kind: string, code: string): string {
  return followed.state.value.terms?.[kind]?.[code]?.[lang.value] ?? code;
}
