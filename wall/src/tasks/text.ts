/** What only the task board says, in both languages; names of blocs and states come from the API. The same test holds both to the same keys and placeholders. */
import { EN, filled, VI, type Key, type Lang, type Values } from '../core/text';

export const TASKS_VI = {
  tasks_title: 'Nhiệm vụ theo Nghị quyết 57 (KH02, giai đoạn 2), năm {year}', tasks_title_plan: 'Nhiệm vụ theo kế hoạch {plan}, năm {year}', tasks_title_all: 'Nhiệm vụ theo mọi kế hoạch, năm {year}', tasks_trouble: 'Chưa lấy được nhiệm vụ (lỗi {status}). Đang thử lại.', tasks_none: 'Chưa có nhiệm vụ nào của năm này.',
  tasks_city: '{done} / {all} nhiệm vụ đã hoàn thành ({share} %), {overdue} nhiệm vụ quá hạn; đến hết ngày {date}', tasks_city_none: 'Chưa có nhiệm vụ nào được đánh giá; đến hết ngày {date}', tasks_stale: 'Số liệu chưa phải của lúc này.',
  pick_year: 'Năm', pick_bloc: 'Khối', pick_state: 'Trạng thái', pick_unit: 'Đơn vị', pick_plan: 'Kế hoạch', every_bloc: 'Cả bốn khối', every_state: 'Mọi trạng thái', every_unit: 'Mọi đơn vị', every_plan: 'Mọi kế hoạch', tasks_filters: 'Lọc nhiệm vụ',
  board_title: 'Theo đơn vị, hoàn thành nhiều nhất trước', task_col_unit: 'Đơn vị', task_col_done: 'Hoàn thành', task_col_state: 'Tình trạng', share_of: '{done} / {all}',
  list_title: 'Nhiệm vụ, quá hạn trước', list_count: '{n} nhiệm vụ', due_by: 'hạn {date}', days_over: 'quá hạn {n} ngày', done_at: 'xong {date}', done_late: 'xong {date}, trễ hạn', answers_for: 'phụ trách: {name}', evidence: 'Minh chứng {code}', more_tasks: 'Lấy thêm',
};
export type TasksKey = keyof typeof TASKS_VI;
export const TASKS_EN: Readonly<Record<TasksKey, string>> = {
  tasks_title: 'Tasks under Resolution 57 (KH02, phase 2), {year}', tasks_title_plan: 'Tasks of the plan {plan}, {year}', tasks_title_all: 'Tasks of all plans, {year}', tasks_trouble: 'The tasks have not come (error {status}). Trying again.', tasks_none: 'No task of this year was told.',
  tasks_city: '{done} / {all} tasks done ({share} %), {overdue} overdue; as of the end of {date}', tasks_city_none: 'No task is assessed; as of the end of {date}', tasks_stale: 'These are not the figures of now.',
  pick_year: 'Year', pick_bloc: 'Bloc', pick_state: 'State', pick_unit: 'Unit', pick_plan: 'Plan', every_bloc: 'All four blocs', every_state: 'All states', every_unit: 'All units', every_plan: 'All plans', tasks_filters: 'Filter the tasks',
  board_title: 'By unit, the most complete first', task_col_unit: 'Unit', task_col_done: 'Done', task_col_state: 'State', share_of: '{done} / {all}',
  list_title: 'Tasks, overdue first', list_count: '{n} tasks', due_by: 'due {date}', days_over: '{n} days overdue', done_at: 'done {date}', done_late: 'done {date}, late', answers_for: 'responsible: {name}', evidence: 'Evidence {code}', more_tasks: 'More',
};
const DICTIONARIES = { vi: { ...VI, ...TASKS_VI }, en: { ...EN, ...TASKS_EN } };
export const tasksText = (lang: Lang, key: Key | TasksKey, values: Values = {}): string => filled(DICTIONARIES[lang][key], values);
