/** What moved in the last hour, newest first; in words when nothing did, or when the server has no such past. */
import { percent } from '../core/figures';
import type { Picture } from '../core/picture';
import { age, local } from '../core/times';
import { from, saidOf, type Move } from './moves';
import { mixedName } from './parts';
import { clock, edges, lang, say } from './store';

interface Props { readonly moves: readonly Move[]; readonly picture: Picture; readonly known: boolean }

export function HourList({ moves, picture, known }: Props) {
  if (moves.length === 0) return <p class="quiet">{say(known ? 'quiet_hour' : 'hour_unknown')} {say('hour_what')}</p>;
  return <ol class="list chg" data-list="hour">{moves.map((move) => <Row key={move.unit.code} move={move} zone={picture.city.zone} />)}</ol>;
}

function Row({ move, zone }: { readonly move: Move; readonly zone: string }) {
  const { unit, at, kind } = move;
  const words = { lang: lang.value, edges: edges.value };
  return (
    <li data-move={kind} data-code={unit.code}>
      <span class="t">{at === null ? '' : local(at, zone).time.slice(0, 5)}</span>
      <span class="w">
        <span class="said"><b>{unit.kind === 'department' ? unit.name : mixedName(unit)}</b> {saidOf(move, words)}</span>
        <span class="then">{kind === 'SILENT' ? silentFor(unit.feedSeenAt) : `${from(move, words)} › ${percent(unit, words.lang, words.edges)} %`}</span>
      </span>
    </li>
  );
}

function silentFor(seen: number | null): string {
  const now = clock.value?.now ?? null;
  return seen === null || now === null ? '' : say('silent_for', { age: age(now - seen, lang.value) });
}
