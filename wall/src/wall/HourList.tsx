/** What moved in the last hour, newest first; in words when nothing did, when the server has no such past, or when it could not be read for a while. */
import type { Picture } from '../core/picture';
import { age, local } from '../core/times';
import { saidOf, thenSaid, type Move } from './moves';
import { mixedName } from './parts';
import { clock, edges, hour, hourRead, lang, say } from './store';

interface Props { readonly moves: readonly Move[]; readonly picture: Picture }

export function HourList({ moves, picture }: Props) {
  if (moves.length === 0) return <p class="quiet" data-hour={known()}>{say(known())} {say('hour_what')}</p>;
  return <ol class="list chg" data-list="hour">{moves.map((move) => <Row key={move.unit.code} move={move} zone={picture.city.zone} />)}</ol>;
}

const known = () => (hour.value !== null ? 'quiet_hour' : hourRead.value?.what == null ? 'hour_unknown' : 'hour_old');

function Row({ move, zone }: { readonly move: Move; readonly zone: string }) {
  const { unit, at, kind } = move;
  const words = { lang: lang.value, edges: edges.value };
  return (
    <li data-move={kind} data-code={unit.code}>
      <span class="t">{at === null ? '' : local(at, zone).time.slice(0, 5)}</span>
      <span class="w">
        <span class="said"><b>{unit.kind === 'department' ? unit.name : mixedName(unit)}</b> {saidOf(move, words)}</span>
        <span class="then">{kind === 'SILENT' ? silentFor(unit.feedSeenAt) : thenSaid(move, words)}</span>
      </span>
    </li>
  );
}

function silentFor(seen: number | null): string {
  const now = clock.value?.now ?? null;
  return seen === null || now === null ? '' : say('silent_for', { age: age(now - seen, lang.value) });
}
