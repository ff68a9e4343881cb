import { expect, test } from 'vitest';
import { age, dates, daysOf, periodsOf, since, windowName } from '../src/core/times';

const ZONE = 'Asia/Ho_Chi_Minh';
const at = (iso: string): number => Date.parse(iso) / 1000;

test('ages are cut to their largest unit', () => {
  expect([0, 4.9, 59, 60, 899, 3600, 172799, 172800, -3].map((seconds) => age(seconds, 'vi'))).toEqual(['0 giây', '4 giây', '59 giây', '1 phút', '14 phút', '1 giờ', '47 giờ', '2 ngày', '0 giây']);
});
test('a silent feed is dated by the city: an hour today, a day before', () => {
  expect(since(at('2026-11-10T08:55:40+07:00'), '2026-11-10', ZONE)).toBe('08:55');
  expect(since(at('2026-11-10T00:05:00+07:00'), '2026-11-10', ZONE)).toBe('00:05');
  expect(since(at('2026-11-09T23:59:00+07:00'), '2026-11-10', ZONE)).toBe('9/11');
  expect(since(at('2025-12-31T12:00:00+07:00'), '2026-01-02', ZONE)).toBe('31/12/2025');
});
test('windows have the days of the domain', () => {
  expect(daysOf('today', '2026-11-10')).toEqual(['2026-11-10', '2026-11-10']);
  expect(daysOf('7d', '2026-03-03')).toEqual(['2026-02-25', '2026-03-03']);
  expect(daysOf('quarter', '2026-11-10')).toEqual(['2026-10-01', '2026-11-10']);
  expect(daysOf('2026-Q3', '2026-11-10')).toEqual(['2026-07-01', '2026-09-30']);
  expect(daysOf('2024-02', '2026-11-10')).toEqual(['2024-02-01', '2024-02-29']);
  expect(daysOf('2026-11', '2026-11-10')).toEqual(['2026-11-01', '2026-11-10']);
  expect(daysOf('soon', '2026-11-10')).toBeNull();
});
test('days are written as short as they can be understood', () => {
  expect([dates('month', '2026-11-10'), dates('30d', '2026-11-10'), dates('today', '2026-11-10'), dates('90d', '2026-01-10')]).toEqual(['1–10/11/2026', '12/10–10/11/2026', '10/11/2026', '13/10/2025–10/1/2026']);
});
test('running periods are named once the day is known', () => {
  expect(windowName('month', '2026-11-10', 'vi')).toBe('Tháng 11/2026');
  expect(windowName('month', '2026-11-10', 'vi', true)).toBe('T11/2026');
  expect(windowName('month', null, 'vi')).toBe('Tháng này');
  expect(windowName('quarter', '2026-11-10', 'en')).toBe('Quarter 4/2026');
  expect([windowName('2026-10', null, 'vi'), windowName('2026-Q3', '2026-11-10', 'vi'), windowName('2025', '2026-11-10', 'vi'), windowName('year', '2026-11-10', 'vi')]).toEqual(['Tháng 10/2026', 'Quý 3/2026', 'Năm 2025', 'Năm 2026']);
});

test('what was told is named by its first and last period', () => {
  expect(periodsOf(['2026-10'], 'vi')).toBe('T10/2026');
  expect(periodsOf(['2026-09', '2026-10', '2026-11'], 'vi')).toBe('T9/2026–T11/2026');
  expect(periodsOf(['2026-10-03'], 'en')).toBe('3/10/2026');
  expect(periodsOf(['2025'], 'en')).toBe('Year 2025');
});
