/** What only the wall says, in both languages; the rest it shares with the public page. The same test holds both to the same keys and placeholders. */
import { EN, filled, VI, type Key, type Lang, type Values } from '../core/text';

export const WALL_VI = {
  wall: 'Màn hình', rate_title_official: 'Tỷ lệ đúng hẹn chính thức', rate_title_resolved: 'Tỷ lệ đã giải quyết đúng hẹn', rate_title_due_cohort: 'Tỷ lệ đúng hẹn, đến hạn trong kỳ', rate_title_statutory: 'Tỷ lệ đúng hẹn lần đầu',
  points: '{trend} điểm', against_before: 'so với kỳ trước',
  due_today: 'hẹn trả hôm nay', due_left: 'trong đó chưa xong', overdue_now: 'đang quá hạn', paused_now: 'tạm dừng chờ bổ sung',
  lowest: 'Thấp nhất', of_units: '{n} có hạng', unranked: 'Chưa có hạng: {units}', last_hour: 'Một giờ qua', quiet_hour: 'Không đơn vị nào đổi dải trong một giờ qua.', hour_unknown: 'Chưa có số liệu của một giờ trước.', hour_old: 'Chưa đọc lại được số liệu của một giờ trước.',
  hour_what: 'Ở đây là các đơn vị đổi dải, ngừng gửi, thêm hồ sơ quá hạn hoặc vừa trả hồ sơ trong 60 phút gần nhất, mới nhất ở trên.',
  departments: 'Sở, ban, ngành', land_offices: 'Chi nhánh Văn phòng đăng ký đất đai', band_order: '% và dải, thấp nhất trước', units_count: '{n} đơn vị', unit_count: '{n} đơn vị',
  feeds: 'Nguồn dữ liệu', feeds_old: 'Chưa đọc lại được tình trạng các nguồn.', feeds_sending: '{live} / {all} hệ thống đang gửi', feed_since: 'từ {when}', feed_never: 'chưa gửi lần nào', more_feeds: 'và {n} nguồn khác',
  missing: 'Thiếu {n} bản ghi so với số đã báo gửi', delays: 'Độ trễ: máy chủ {server} · Kafka {kafka}', delay_unknown: 'chưa rõ', server_quiet: 'Máy chủ không trả lời từ {time}',
  moved_down: 'xuống dải {band}', moved_up: 'lên dải {band}', fell_silent: 'nguồn ngừng gửi', more_overdue: '+{n} quá hạn', more_finished: 'trả {n} hồ sơ', figure_moved: 'đổi tỷ lệ', silent_for: '{age} không có số liệu',
  briefing: 'Bản tin sáng', briefing_since: 'Năm thay đổi lớn nhất từ {when}', briefing_none: 'Không đơn vị nào đổi tỷ lệ từ {when}.', briefing_unknown: 'Chưa có số liệu của ngày làm việc trước.',
  caption_rose: '{name} tăng {points} điểm, từ {from} lên {to} %', caption_fell: '{name} giảm {points} điểm, từ {from} xuống {to} %', caption_band: 'nay dải {band}',
  caption_overdue: 'thêm {n} hồ sơ quá hạn', caption_less_overdue: 'bớt {n} hồ sơ quá hạn', caption_finished: 'đã trả {n} hồ sơ',
  ranking_title: 'Xếp hạng xã, phường, đặc khu', ranking_how: 'thấp nhất trước; đơn vị chưa có hạng (n < 5, không phát sinh) ở cuối', today_title: 'Hẹn trả hôm nay và quá hạn', today_left: 'Còn phải trả hôm nay', today_overdue: 'Đang quá hạn', of_due: 'trên số hẹn hôm nay', of_n: 'trên n của kỳ', out_of: '/ {n}', today_more: 'và {n} đơn vị khác', today_none: 'Không còn hồ sơ nào.',
  changes_title: 'Một giờ qua trên toàn thành phố', office_named: 'CN {name}',
  saved: 'Số liệu cũ', saved_at: 'Hình lúc {time} ngày {date}, giữ lại từ lần chạy trước. Chưa kết nối được máy chủ; đang thử lại.',
  retrying: 'Thử lại sau {n} giây.', retrying_now: 'Đang thử lại.', picture_of: 'Hình dưới là số liệu lúc {time}, không phải bây giờ.', lost_from: 'Mất kết nối máy chủ từ {time}.',
  fatal: 'Màn hình gặp lỗi', fatal_why: 'Phần vẽ hình bị lỗi và được khởi động lại sau {age}. Không con số nào được hiện cho đến lúc đó.', fact_failures: 'Số lần lỗi', fact_page: 'Phiên bản trang',
  new_version: 'Có phiên bản {version}', new_version_why: 'Tải lại khi máy chủ trả lời với bản mới, muộn nhất {time}. Số liệu vẫn chạy.', new_version_soon: 'Tải lại khi máy chủ trả lời với bản mới. Số liệu vẫn chạy.',
  held_title: 'Tạm dừng · số liệu cũ {age}', held_since: 'Tạm dừng từ {time}. Hình dưới là số liệu lúc {data}, không phải bây giờ, và không đổi cho đến khi bấm tiếp tục.', held_plain: 'Hình dưới không phải bây giờ, và không đổi cho đến khi bấm tiếp tục.',
  next_scene: 'Cảnh tiếp', controls: 'Điều khiển màn hình', distance: 'Khoảng cách xem', metres: '{n} m', turning: 'Tự chuyển cảnh', kiosk: 'Chế độ trình chiếu',
  scene_map: 'Bản đồ', scene_ranking: 'Xếp hạng', scene_today: 'Hôm nay', scene_changes: 'Một giờ qua', scene_briefing: 'Bản tin sáng',
  weekday_0: 'Chủ nhật', weekday_1: 'Thứ Hai', weekday_2: 'Thứ Ba', weekday_3: 'Thứ Tư', weekday_4: 'Thứ Năm', weekday_5: 'Thứ Sáu', weekday_6: 'Thứ Bảy', no_clock: 'chưa biết giờ',
} as const;

export type WallKey = keyof typeof WALL_VI;
export const WALL_EN: Record<WallKey, string> = {
  wall: 'Wall', rate_title_official: 'Official on-time rate', rate_title_resolved: 'Resolved on time', rate_title_due_cohort: 'On time, due in the period', rate_title_statutory: 'On time against the first promise',
  points: '{trend} points', against_before: 'against the period before',
  due_today: 'due today', due_left: 'of these still open', overdue_now: 'overdue', paused_now: 'paused for papers',
  lowest: 'Lowest', of_units: '{n} ranked', unranked: 'Not ranked: {units}', last_hour: 'Last hour', quiet_hour: 'No unit changed its band in the last hour.', hour_unknown: 'No figures from an hour ago yet.', hour_old: 'The figures from an hour ago cannot be read at the moment.',
  hour_what: 'Here stand units that changed band, fell silent, have more overdue or finished dossiers in the last 60 minutes, newest first.',
  departments: 'Departments', land_offices: 'Land registry branches', band_order: '% and band, lowest first', units_count: '{n} units', unit_count: '{n} unit',
  feeds: 'Feeds', feeds_old: 'The state of the feeds cannot be read at the moment.', feeds_sending: '{live} / {all} systems sending', feed_since: 'since {when}', feed_never: 'has never sent', more_feeds: 'and {n} more feeds',
  missing: '{n} records said to be sent are missing', delays: 'Delay: server {server} · Kafka {kafka}', delay_unknown: 'not known', server_quiet: 'No answer from the server since {time}',
  moved_down: 'down to {band}', moved_up: 'up to {band}', fell_silent: 'feed silent', more_overdue: '+{n} overdue', more_finished: '{n} dossiers finished', figure_moved: 'rate changed', silent_for: 'no data for {age}',
  briefing: 'Morning briefing', briefing_since: 'The five largest changes since {when}', briefing_none: 'No unit changed its rate since {when}.', briefing_unknown: 'No figures of the working day before yet.',
  caption_rose: '{name} rose {points} points, from {from} to {to} %', caption_fell: '{name} fell {points} points, from {from} to {to} %', caption_band: 'now in band {band}',
  caption_overdue: '{n} more overdue', caption_less_overdue: '{n} fewer overdue', caption_finished: '{n} finished',
  ranking_title: 'Ranking of communes and wards', ranking_how: 'lowest first; units without a rank (n < 5, no dossiers) at the end', today_title: 'Due today and overdue', today_left: 'Still due today', today_overdue: 'Overdue', of_due: 'out of those due today', of_n: 'out of n of the period', out_of: '/ {n}', today_more: 'and {n} more units', today_none: 'No dossier left.',
  changes_title: 'The last hour in the whole city', office_named: '{name} land office',
  saved: 'Old data', saved_at: 'Picture of {time} on {date}, kept from the last run. The server has not been reached yet; trying again.',
  retrying: 'Next try in {n} s.', retrying_now: 'Trying again.', picture_of: 'Below is the picture of {time}, not of now.', lost_from: 'No contact with the server since {time}.',
  fatal: 'This screen met an error', fatal_why: 'Drawing the picture failed; it starts again in {age}. No figure is shown until then.', fact_failures: 'Failures', fact_page: 'Page version',
  new_version: 'Version {version} is there', new_version_why: 'Reloads when the server answers with it, at {time} at the latest. The figures are live.', new_version_soon: 'Reloads when the server answers with it. The figures are live.',
  held_title: 'Paused · data {age} old', held_since: 'Paused since {time}. Below is the picture of {data}, not of now; it stands still until resumed.', held_plain: 'Below is not the picture of now; it stands still until resumed.',
  next_scene: 'Next scene', controls: 'Controls of the screen', distance: 'Viewing distance', metres: '{n} m', turning: 'Turn scenes', kiosk: 'Kiosk mode',
  scene_map: 'Map', scene_ranking: 'Ranking', scene_today: 'Today', scene_changes: 'Last hour', scene_briefing: 'Morning briefing',
  weekday_0: 'Sunday', weekday_1: 'Monday', weekday_2: 'Tuesday', weekday_3: 'Wednesday', weekday_4: 'Thursday', weekday_5: 'Friday', weekday_6: 'Saturday', no_clock: 'time not known',
};

const ALL: Readonly<Record<Lang, Readonly<Record<Key | WallKey, string>>>> = { vi: { ...VI, ...WALL_VI }, en: { ...EN, ...WALL_EN } };
export type Said = Key | WallKey;

/** The sentence `key` in `lang`, of the wall's own or the shared ones. */
export const wallText = (lang: Lang, key: Said, values: Values = {}): string => filled(ALL[lang][key], values);
