/** What only a desk's screen says, in both languages. The same test holds both to the same keys and placeholders. */
import { EN, filled, VI, type Key, type Lang, type Values } from '../core/text';

export const DESK_VI = {
  desk_title: 'Quầy {desk}', desk_page: 'Màn hình quầy', calling: 'Mời số', nobody_called: 'Chưa gọi số nào', waiting_count: '{n} số đang chờ', ready: 'Có kết quả, mời nhận', in_hand: 'Đang giải quyết', col_digits: '4 số cuối', col_step: 'Bước', col_promised: 'Hẹn trả', no_date: '—', clock_stopped: 'tạm dừng', none_ready: 'Không có hồ sơ nào chờ nhận.', none_in_hand: 'Không có hồ sơ nào đang giải quyết.', page_of: 'trang {page} / {pages}',
  desk_as_of: 'Số liệu lúc {time} ngày {date}', desk_stale: 'Số liệu lúc {time} ngày {date}, không phải bây giờ', desk_stale_why: 'Chưa nhận được số liệu mới. Hãy hỏi cán bộ tại quầy. Đang thử lại.', desk_connecting: 'Đang lấy số liệu của quầy.', desk_trouble: 'Máy chủ chưa trả lời. Đang thử lại.',
  desk_refused: 'Khóa này không mở được màn hình của quầy', desk_refused_why: 'Người quản trị tạo khóa cho từng quầy; hãy nhập khóa của quầy {desk}.', desk_unknown: 'Không có quầy {desk}', desk_unnamed: 'Địa chỉ chưa nêu quầy nào', desk_unnamed_why: 'Địa chỉ của màn hình có dạng /desk?desk=20242.Q01', key_wanted: 'Nhập khóa của quầy {desk}', key_why: 'Khóa chỉ nằm trong cửa sổ này cho đến khi đóng, không nằm trong địa chỉ.', key_label: 'Khóa', key_send: 'Mở màn hình', key_wrong: 'Đó không phải là một khóa.', hold_pages: 'Giữ trang này', turn_pages: 'Tự chuyển trang',
} as const;
export type DeskKey = keyof typeof DESK_VI;
export const DESK_EN: Readonly<Record<DeskKey, string>> = {
  desk_title: 'Desk {desk}', desk_page: 'Desk screen', calling: 'Now serving', nobody_called: 'No number is called', waiting_count: '{n} waiting', ready: 'Result is here, to be fetched', in_hand: 'In hand', col_digits: 'Last 4 digits', col_step: 'Step', col_promised: 'Promised', no_date: '—', clock_stopped: 'paused', none_ready: 'Nothing waits to be fetched.', none_in_hand: 'No dossier is in hand.', page_of: 'page {page} / {pages}',
  desk_as_of: 'As of {time} on {date}', desk_stale: 'As of {time} on {date}, not of now', desk_stale_why: 'No new data has come. Ask the official at the desk. Trying again.', desk_connecting: 'Fetching the data of the desk.', desk_trouble: 'The server has not answered. Trying again.',
  desk_refused: 'This key does not open the screen of this desk', desk_refused_why: 'The operator makes a key for each desk; type the one of desk {desk}.', desk_unknown: 'There is no desk {desk}', desk_unnamed: 'The address names no desk', desk_unnamed_why: 'The address of a screen is like /desk?desk=20242.Q01', key_wanted: 'Type the key of desk {desk}', key_why: 'The key stays in this window until it is closed, and never stands in the address.', key_label: 'Key', key_send: 'Open the screen', key_wrong: 'That is no key.', hold_pages: 'Hold this page', turn_pages: 'Turn pages',
};
const DICTIONARIES = { vi: { ...VI, ...DESK_VI }, en: { ...EN, ...DESK_EN } };
export const deskText = (lang: Lang, key: Key | DeskKey, values: Values = {}): string => filled(DICTIONARIES[lang][key], values);
