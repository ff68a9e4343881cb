/** What only the comparison says, in both languages. The same test holds both to the same keys and placeholders. */
import { EN, filled, VI, type Key, type Lang, type Values } from '../core/text';

export const COMPARE_VI = {
  earlier: 'Thời điểm trước', later: 'Thời điểm sau', so_far: '{dates}, đến lúc này', moments: 'Chọn hai thời điểm',
  compare_what: '{name}: {before} so với {now}', compare_counts: '{rose} đơn vị tăng rõ rệt, {fell} giảm rõ rệt, trong {n}',
  compare_rule: 'Chênh lệch (thời điểm sau trừ thời điểm trước) chỉ được nêu khi hai khoảng tin cậy 95 % tách rời. Cả hai thời điểm tính theo hồ sơ hiện có; số liệu đến muộn được tính vào ngày của nó.',
  earlier_trouble: 'Chưa lấy được thời điểm trước (lỗi {status}). Đang thử lại.', earlier_refused: 'Máy chủ không có số liệu cho thời điểm trước (lỗi {status}): hãy chọn ngày khác.', later_trouble: 'Chưa lấy được thời điểm sau (lỗi {status}). Đang thử lại.', later_refused: 'Máy chủ không có số liệu cho thời điểm sau (lỗi {status}): hãy chọn ngày khác.',
  no_interval: 'không có khoảng tin cậy', not_there: 'chưa có đơn vị này', no_more: 'không còn đơn vị này', compare_table: 'So sánh {n} đơn vị ở hai thời điểm', csv_of: 'CSV {moment}',
} as const;
export type CompareKey = keyof typeof COMPARE_VI;
export const COMPARE_EN: Readonly<Record<CompareKey, string>> = {
  earlier: 'Earlier moment', later: 'Later moment', so_far: '{dates}, up to now', moments: 'Choose two moments',
  compare_what: '{name}: {before} against {now}', compare_counts: '{rose} units rose beyond chance, {fell} fell, of {n}',
  compare_rule: 'A difference (the later moment minus the earlier) is said only where the two 95 % intervals part. Both moments are counted from the dossiers as they are known today; late data counts on its own day.',
  earlier_trouble: 'The earlier moment has not come (error {status}). Trying again.', earlier_refused: 'The server has no figures of the earlier moment (error {status}): choose another day.', later_trouble: 'The later moment has not come (error {status}). Trying again.', later_refused: 'The server has no figures of the later moment (error {status}): choose another day.',
  no_interval: 'no interval', not_there: 'no such unit yet', no_more: 'no longer a unit', compare_table: 'Comparison of {n} units at two moments', csv_of: 'CSV {moment}',
};
const DICTIONARIES = { vi: { ...VI, ...COMPARE_VI }, en: { ...EN, ...COMPARE_EN } };
export const compareText = (lang: Lang, key: Key | CompareKey, values: Values = {}): string => filled(DICTIONARIES[lang][key], values);
