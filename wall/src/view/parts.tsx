/** The pages beside the map, each fetched when it is first asked for. */
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { View } from '../core/address';
import { keepTrying } from '../live/tried';
import { lookForNewer, newer } from './newer';
import { choice, held, say } from './store';

type Name = Exclude<View, 'map'>;
const PARTS: Readonly<Record<Name, () => Promise<FunctionComponent>>> = {
  unit: () => import('../unit/UnitPage').then(({ UnitPage }) => () => <UnitPage code={choice.value.unit ?? ''} />),
  tasks: () => import('../tasks/TaskBoard').then(({ TaskBoard }) => TaskBoard),
  compare: () => import('../compare/ComparePage').then(({ ComparePage }) => ComparePage),
  procedures: () => import('../procedures/ProceduresPage').then(({ ProceduresPage }) => ProceduresPage),
  ranking: () => import('../ranking/RankingPage').then(({ RankingPage }) => RankingPage),
};
const LOADING = { unit: 'unit_loading', ranking: 'ranking_loading', tasks: 'tasks_loading', compare: 'compare_loading', procedures: 'procedures_loading' } as const satisfies Record<Name, string>;

export function Part({ name }: { readonly name: Name }) {
  const [here, setHere] = useState<{ readonly name: Name; readonly Page: FunctionComponent } | null>(null);
  const [away, setAway] = useState(false);
  useEffect(() => {
    setAway(false);
    if (here?.name === name) return undefined;
    const failed = (): void => {
      setAway(true);
      if (held.peek() === null) void lookForNewer(true); // its file may be gone with the release that it was of
    };
    return keepTrying(PARTS[name], (Page) => setHere({ name, Page }), failed);
  }, [name, here]);
  return here?.name === name ? <here.Page /> : <main class="unit" data-state={`${name}-loading`}><h1>{say(LOADING[name])}</h1>{away && <p class="warn" role="status" data-role="part-away">{say(newer.value === null ? 'part_away' : 'part_of_before')}</p>}</main>;
}
