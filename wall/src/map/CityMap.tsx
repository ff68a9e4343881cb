/** The map: every place of the city in its band, Hoàng Sa as an inset. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Picture } from '../core/picture';
import { text } from '../core/text';
import type { Setting } from '../view/words';
import { Cell, Ground, Grounds, isSpeck, Speck } from './Cell';
import { drawn } from './geometry';
import { namesAround, PHONE, shapes, WEB, type Canvas, type Shape } from './layout';
import { roving, tabStopOf } from './roving';
import { SeenUnits } from './seen';

interface Props { readonly picture: Picture; readonly setting: Setting; readonly phone: boolean; readonly afar?: boolean; readonly selected: string | null; readonly select: (code: string) => void }

const NOWHERE = [] as const;
const usePlaces = (canvas: Canvas) => {
  const geometry = drawn.value;
  return useMemo(() => (geometry === null ? NOWHERE : shapes(geometry, canvas)), [geometry, canvas]);
};

/** `afar`: for readers who are too far away for names: figures and letters only, larger. */
export function CityMap({ picture, setting, phone, afar = false, selected, select }: Props) {
  const canvas = phone ? PHONE : WEB;
  const places = usePlaces(canvas);
  const seen = useMemo(() => new SeenUnits(), []);
  useMemo(() => seen.show(picture), [picture]); // before the cells are drawn for the first time; later it draws the changed ones
  const stop = useSignal<string | null>(null);
  const codes = useMemo(() => new Set(picture.units.map((unit) => unit.code)), [picture.units]);
  const order = useMemo(() => places.flatMap(({ code }) => (codes.has(code) ? [code] : [])), [places, codes]);
  const tabStop = tabStopOf(order, stop.value, selected);
  const keys = roving(select, (code) => (stop.value = code));
  const grounds = useMemo(() => groundsOf(places, seen), [places]);
  const cells = useMemo(
    () => places.map((place) => {
      const given = { shape: place, seen: seen.of(place.code), setting, selected: selected === place.code, tabbable: tabStop === place.code, select };
      return isSpeck(place) ? <Speck key={place.code} {...given} /> : <Cell key={place.code} {...given} phone={phone} afar={afar} />;
    }),
    [places, setting, phone, afar, selected, tabStop, select],
  );
  return (
    <svg class={phone ? 'map phone' : 'map'} viewBox={`0 0 ${canvas.width} ${canvas.height}`} role="group" aria-label={text(setting.lang, 'map_of', { count: codes.size })} onKeyDown={keys}>
      <Patterns canvas={canvas} />
      {!phone && <Surroundings canvas={canvas} setting={setting} />}
      {grounds}
      <g>{cells}</g>
    </svg>
  );
}

const TOGETHER = 32; // neighbours, so that a tile of the screen is drawn from few paths and few of them are elsewhere

function groundsOf(places: readonly Shape[], seen: SeenUnits) {
  const [specks, others] = [places.filter(isSpeck), places.filter((place) => !isSpeck(place))];
  const groups = Array.from({ length: Math.ceil(specks.length / TOGETHER) }, (_, index) => specks.slice(index * TOGETHER, (index + 1) * TOGETHER));
  return (
    <>
      <g>{groups.map((shapes) => <Grounds key={shapes[0]?.code} shapes={shapes} seen={seen} />)}</g>
      <g class="cut">{others.map((place) => <Ground key={place.code} shape={place} seen={seen.of(place.code)} />)}</g>
    </>
  );
}

/** What lies around the city; a screen reader has the units. */
function Surroundings({ canvas, setting: { lang } }: { readonly canvas: Canvas; readonly setting: Setting }) {
  const names = drawn.value === null ? NOWHERE : namesAround(drawn.value, canvas);
  return <g class="around" aria-hidden="true">{names.map(({ name, english, x, y }) => <text key={name} x={x} y={y} font-size="12.5">{lang === 'en' ? english : name}</text>)}</g>;
}

/** The map without a single figure, for the states that have none; nothing until the geometry is here. */
export function GhostMap() {
  const places = usePlaces(WEB);
  return (
    <svg class="map" viewBox={`0 0 ${WEB.width} ${WEB.height}`} aria-hidden="true">
      {places.map((place) => <path key={place.code} class="ghost" d={place.path} />)}
    </svg>
  );
}

/** Dots, bars, grid for bands; the diagonal only for a silent feed. */
function Patterns({ canvas }: { readonly canvas: Canvas }) {
  const k = canvas === PHONE ? 0.55 : 0.7;
  const [side, wide] = [8 * k, 10 * k];
  return (
    <defs>
      <pattern id="pattern-yellow" width={side} height={side} patternUnits="userSpaceOnUse"><circle cx={2 * k} cy={2 * k} r={1.45 * k} class="dots" /></pattern>
      <pattern id="pattern-orange" width={side} height={side} patternUnits="userSpaceOnUse"><path d={`M0 ${2 * k}H${side}`} class="bars" stroke-width={1.7 * k} /></pattern>
      <pattern id="pattern-red" width={side} height={side} patternUnits="userSpaceOnUse"><path d={`M0 ${2 * k}H${side}M${2 * k} 0V${side}`} class="grid" stroke-width={1.3 * k} /></pattern>
      <pattern id="pattern-old" width={wide} height={wide} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={wide} height={wide} class="old-halo" /><rect width={4.5 * k} height={wide} class="old-stripe" />
      </pattern>
    </defs>
  );
}
