/** What only the list of procedures says, in both languages. The same test holds both to the same keys and placeholders. */
import { EN, filled, VI, type Key, type Lang, type Values } from '../core/text';

export const PROCEDURES_VI = {
  procedures_trouble: 'Chưa lấy được danh mục thủ tục (lỗi {status}). Đang thử lại.', procedures_none: 'Chưa có danh mục thủ tục nào được nạp.', procedures_not_found: 'Không có thủ tục nào như vậy.',
  procedures_of: '{n} thủ tục, danh mục ngày {date}', procedures_found: '{n} / {all} thủ tục', procedures_filters: 'Lọc danh mục',
  find: 'Tìm thủ tục', find_hint: 'Tên (không cần dấu) hoặc mã', pick_level: 'Mức độ', every_level: 'Mọi mức độ', pick_field: 'Lĩnh vực', every_field: 'Mọi lĩnh vực',
  col_code: 'Mã', col_procedure: 'Thủ tục', col_field: 'Lĩnh vực', col_level: 'Dịch vụ công trực tuyến', col_limit: 'Thời hạn', col_portal: 'Cổng quốc gia', col_pay: 'Thanh toán trực tuyến',
  procedures_table: 'Danh mục {n} thủ tục hành chính', not_known: 'chưa rõ', yes: 'có', no: 'không', as_json: 'Dữ liệu JSON',
} as const;
export type ProceduresKey = keyof typeof PROCEDURES_VI;
export const PROCEDURES_EN: Readonly<Record<ProceduresKey, string>> = {
  procedures_trouble: 'The list of procedures has not come (error {status}). Trying again.', procedures_none: 'No list of procedures was imported yet.', procedures_not_found: 'There is no such procedure.',
  procedures_of: '{n} procedures, as listed on {date}', procedures_found: '{n} of {all} procedures', procedures_filters: 'What is listed',
  find: 'Find a procedure', find_hint: 'Name (accents not needed) or code', pick_level: 'Level', every_level: 'Every level', pick_field: 'Field', every_field: 'Every field',
  col_code: 'Code', col_procedure: 'Procedure', col_field: 'Field', col_level: 'Online service', col_limit: 'Time limit', col_portal: 'National portal', col_pay: 'Online payment',
  procedures_table: 'List of {n} administrative procedures', not_known: 'not known', yes: 'yes', no: 'no', as_json: 'Data as JSON',
};
const DICTIONARIES = { vi: { ...VI, ...PROCEDURES_VI }, en: { ...EN, ...PROCEDURES_EN } };
export const proceduresText = (lang: Lang, key: Key | ProceduresKey, values: Values = {}): string => filled(DICTIONARIES[lang][key], values);
