/** The tasks themselves: what is overdue is named first, by how long. */
import type { Task } from '../core/tasks';
import { counted } from '../core/figures';
import { dayMonth } from '../core/times';
import { lang } from '../view/store';
import { PLAN, type Followed } from './follow';
import { term, told } from './words';

export function TaskList({ followed }: { readonly followed: Followed }) {
  const { tasks, all, after } = followed.state.value;
  return (
    <section aria-labelledby="list-title" data-role="tasks">
      <h2 id="list-title">{told('list_title')} <small>{told('list_count', { n: counted(all, lang.value) })}</small></h2>
      {tasks.length === 0 ? <p>{told('tasks_none')}</p> : <ol class="task-list">{tasks.map((task) => <One key={`${task.unit} ${task.bloc} ${task.plan} ${task.code}`} task={task} followed={followed} />)}</ol>}
      {after !== '' && <button type="button" class="more" onClick={followed.more}>{told('more_tasks')}</button>}
    </section>
  );
}

function One({ task, followed }: { readonly task: Task; readonly followed: Followed }) {
  const vietnamese = lang.value === 'vi' || task.en === '';
  return (
    <li data-task={task.code} data-state={task.state}>
      <p class="what"><b lang={vietnamese && lang.value !== 'vi' ? 'vi' : undefined}>{vietnamese ? task.vi : task.en}</b> <span class="code">{task.plan === PLAN ? task.code : `${task.plan} ${task.code}`}</span></p>
      <p class="which">{task.unitName} · {term(followed, 'blocs', task.bloc)}{task.owner !== task.unit && <> · {told('answers_for', { name: task.ownerName })}</>}</p>
      <p class="when"><span class={`state s-${task.state}`}>{term(followed, 'task_states', task.state)}</span> {whenSaid(task)}{task.evidence !== null && <> · <a href={task.evidence} rel="noreferrer">{told('evidence', { code: task.code })}</a></>}</p>
    </li>
  );
}

function whenSaid({ dueOn, doneOn, late, daysOver }: Task): string {
  const due = told('due_by', { date: dayMonth(dueOn, true) });
  if (doneOn !== null) return `${due} · ${told(late ? 'done_late' : 'done_at', { date: dayMonth(doneOn, true) })}`;
  return daysOver > 0 ? `${due} · ${told('days_over', { n: counted(daysOver, lang.value) })}` : due;
}
