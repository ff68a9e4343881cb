/** What a desk's screen says of the time of its board. Pure. */
import type { Lang } from '../core/text';
import { age, dayMonth, dayOf, timeOf } from '../core/times';
import type { Board } from './model';
import { deskText } from './text';

const when = ({ at }: Pick<Board, 'at'>): { readonly time: string; readonly date: string } => ({ time: timeOf(at), date: dayMonth(dayOf(at), true) });

/** "Số liệu lúc 08:00 ngày 16/11/2026"; "" where the server says that it is older than that. */
export const asOfSaid = (board: Pick<Board, 'at' | 'old'>, lang: Lang): string => (board.old === null ? deskText(lang, 'desk_as_of', when(board)) : '');
/** That a board is not of now, and why: no answer comes, or the server that answers has nothing new itself, so that `at` says nothing. */
export function staleSaid(board: Pick<Board, 'at' | 'old'>, lang: Lang): readonly [what: string, why: string] {
  const { old } = board;
  if (old === null) return [deskText(lang, 'desk_stale', when(board)), deskText(lang, 'desk_stale_why')];
  return [old > 0 ? deskText(lang, 'desk_behind', { age: age(old, lang) }) : deskText(lang, 'desk_behind_plain'), deskText(lang, 'desk_behind_why')];
}
