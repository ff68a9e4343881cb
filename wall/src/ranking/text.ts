/** What only rankings by indicators and by yearly sets say, in both languages. The same test holds both to the same keys and placeholders. */
import { EN, filled, VI, type Key, type Lang, type Values } from '../core/text';

export const RANKING_VI = {
  measure_of: '{name}, {dates}; so với {before}', measure_rule: 'Hạng 1 là giá trị tốt nhất; bằng nhau thì cùng hạng, hạng sau liền kề. Không có giá trị thì đứng cuối, không xếp hạng. Thay đổi chỉ được nêu khi hai khoảng tin cậy 95 % tách rời.',
  not_for_period: 'Chỉ số này được báo cáo theo kỳ dài hơn kỳ đang chọn nên ở đây chưa có giá trị. Có thể xếp hạng theo: {periods}.', no_unit_has: 'Không đơn vị nào có giá trị trong kỳ này: {reason}.',
  period_of_day: 'ngày', period_of_month: 'tháng', period_of_quarter: 'quý', period_of_year: 'năm', mapped_from: 'gồm hồ sơ của {n} đơn vị cũ',
  setting_urban: 'đô thị', setting_rural: 'nông thôn', setting_mountain: 'miền núi', setting_island: 'hải đảo', ungrouped: '{n} đơn vị không có địa bàn, hoặc chưa được xác định, nên không thuộc nhóm nào.',
  yearly_title: '{name}: xếp hạng năm {year}', yearly_newest_title: '{name}: xếp hạng theo năm', yearly_newest: 'Xem bảng được công bố gần nhất', yearly_since: 'công bố ngày {date}', yearly_of_city: 'Của thành phố', yearly_years: 'Năm đã công bố', yearly_unpublished: 'Bảng xếp hạng năm này chưa được công bố.',
  col_before: 'Năm {year}', before_ranked: 'hạng {rank} / {of}', before_unranked: 'không xếp hạng', before_points: '{points} / {maximum} điểm', before_former: '{name}: {place}', before_new: 'chưa có đơn vị này', before_unpublished: 'Bảng năm {year} chưa được công bố nên không có cột so sánh.',
  yearly_rule: 'Điểm là điểm thẩm định. Hạng tính theo điểm trên tổng tối đa được đánh giá, trong cùng khối; bằng nhau thì cùng hạng, hạng sau liền kề. Còn thiếu điểm thẩm định thì chưa xếp hạng. Đơn vị mới không nhận hạng của đơn vị cũ: hạng năm trước của từng đơn vị cũ đứng riêng.',
};
export type RankingKey = keyof typeof RANKING_VI;
export const RANKING_EN: Readonly<Record<RankingKey, string>> = {
  measure_of: '{name}, {dates}; against {before}', measure_rule: 'Rank 1 is the best value; ties share a rank and the next follows. What has no value stands last and has no rank. A movement is said only where the two 95 % intervals part.',
  not_for_period: 'This indicator is told by longer periods than the chosen one, so there is no value here. It can be ranked by: {periods}.', no_unit_has: 'No unit has a value in this period: {reason}.',
  period_of_day: 'day', period_of_month: 'month', period_of_quarter: 'quarter', period_of_year: 'year', mapped_from: 'with dossiers of {n} former units',
  setting_urban: 'urban', setting_rural: 'rural', setting_mountain: 'mountain', setting_island: 'island', ungrouped: 'Of {n} units it is not stated where they lie, or they are offices; they stand in no group.',
  yearly_title: '{name}: ranking of {year}', yearly_newest_title: '{name}: yearly ranking', yearly_newest: 'See the newest published ranking', yearly_since: 'published on {date}', yearly_of_city: 'The city itself', yearly_years: 'Published years', yearly_unpublished: 'The ranking of this year is not published.',
  col_before: 'Year {year}', before_ranked: 'rank {rank} of {of}', before_unranked: 'no rank', before_points: '{points} / {maximum} points', before_former: '{name}: {place}', before_new: 'no such unit yet', before_unpublished: 'The ranking of {year} is not published, so there is no column to compare with.',
  yearly_rule: 'Points are those that were reviewed. Ranks go by points out of the maximum that was assessed, within a bloc; ties share a rank and the next follows. Where reviewed points are missing there is no rank yet. A new unit is not handed the place of a former one: the places of former units stand by themselves.',
};
const DICTIONARIES = { vi: { ...VI, ...RANKING_VI }, en: { ...EN, ...RANKING_EN } };
export const rankingText = (lang: Lang, key: Key | RankingKey, values: Values = {}): string => filled(DICTIONARIES[lang][key], values);
