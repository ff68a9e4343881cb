/** The wall: one of its states or a scene, shifted against burn-in and dimmed at night; banner, foot and controls around it. */
import { CityMap } from '../map/CityMap';
import type { Picture } from '../core/picture';
import { Controls } from './Controls';
import { MapScene } from './MapScene';
import { BriefingScene, ChangesScene, RankingScene, TodayScene } from './OtherScenes';
import { brightness, shiftAt } from './screen';
import { Connecting, Empty, NewVersion, Stale } from './States';
import { beat, clock, fresh, mode, newer, reach, scene, settings, shown, times } from './store';
import type { SceneName } from './settings';

const OF: Readonly<Record<SceneName, (props: { readonly picture: Picture }) => ReturnType<typeof CityMap>>> = {
  map: MapScene, ranking: RankingScene, today: TodayScene, changes: ChangesScene, briefing: BriefingScene,
};

export function Screen() {
  const picture = shown.value?.picture ?? null;
  const loud = picture !== null && !fresh.value;
  const foot = newer.value !== null || !settings.value.kiosk;
  const [x, y] = shiftAt(settings.value, beat.value.steady);
  return (
    <div
      class={`wallpage reach-${reach.value} ${loud ? 'is-stale' : ''} ${loud ? (foot ? 'fit-both' : 'fit-top') : foot ? 'fit-bottom' : ''}`} style={{ '--k': times.value, '--x': `${x}rem`, '--y': `${y}rem` }}
      data-version={picture?.version ?? 0} data-mode={mode.value} data-scene={picture === null ? '' : scene.value.scene}
    >
      {loud && <Stale />}
      <main class={`stage scene-${scene.value.scene}`}>{picture === null ? <Connecting /> : picture.units.length === 0 ? <Empty picture={picture} /> : <Scene picture={picture} />}</main>
      <footer class="foot">{newer.value !== null && <NewVersion told={newer.value} />}{!settings.value.kiosk && <Controls />}</footer>
      <div class="night" style={{ opacity: 1 - brightness(settings.value, clock.value?.minute ?? null) }} data-role="night" aria-hidden="true" />
    </div>
  );
}

function Scene({ picture }: { readonly picture: Picture }) {
  const Chosen = OF[scene.value.scene];
  return <div class="scene" key={scene.value.scene} data-state="picture"><Chosen picture={picture} /></div>;
}
