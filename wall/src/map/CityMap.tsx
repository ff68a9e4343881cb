/** The cartogram: every place of the city in its band, Hoàng Sa as an inset. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Unit } from '../core/model';
import type { Picture } from '../core/picture';
import { text } from '../core/text';
import type { Setting } from '../view/words';
import { Cell, Ground } from './Cell';
import { PHONE, shapes, WEB, type Canvas } from './layout';
import { roving } from './roving';

interface Props { readonly picture: Picture; readonly setting: Setting; readonly phone: boolean; readonly selected: string | null; readonly select: (code: string) => void }

/** True when the cartogram has a place for this unit; others are shown in the panel. */
const PLACES = new Set(shapes(WEB).map((shape) => shape.code));
export const hasPlace = (unit: Unit): boolean => PLACES.has(unit.code);

export function CityMap({ picture, setting, phone, selected, select }: Props) {
  const canvas = phone ? PHONE : WEB;
  const places = useMemo(() => shapes(canvas), [canvas]);
  const stop = useSignal<string | null>(null);
  const units = new Map(picture.units.map((unit) => [unit.code, unit]));
  const tabStop = stop.value ?? selected ?? places.find((place) => units.has(place.code))?.code;
  const keys = roving(select, (code) => (stop.value = code));
  return (
    <svg class={phone ? 'map phone' : 'map'} viewBox={`0 0 ${canvas.width} ${canvas.height}`} role="group" aria-label={text(setting.lang, 'map_of', { count: units.size })} onKeyDown={keys}>
      <Patterns canvas={canvas} />
      <g>{places.map((place) => <Ground key={place.code} shape={place} unit={units.get(place.code)} />)}</g>
      <g>
        {places.map((place) => {
          const unit = units.get(place.code);
          if (unit === undefined) return null;
          return (
            <Cell
              key={place.code} shape={place} unit={unit} setting={setting} phone={phone} selected={selected === unit.code} tabbable={tabStop === unit.code}
              changedIn={picture.changed.get(unit.code)} select={select}
            />
          );
        })}
      </g>
    </svg>
  );
}

/** The map without a single figure, for the states that have none. */
export function GhostMap() {
  return (
    <svg class="map" viewBox={`0 0 ${WEB.width} ${WEB.height}`} aria-hidden="true">
      {shapes(WEB).map((place) => <path key={place.code} class="ghost" d={place.path} />)}
    </svg>
  );
}

/** Dots, bars, grid for bands; the diagonal only for a silent feed. */
function Patterns({ canvas }: { readonly canvas: Canvas }) {
  const k = canvas === PHONE ? 0.55 : 0.7;
  const [side, wide] = [8 * k, 10 * k];
  return (
    <defs>
      <pattern id="pattern-yellow" width={side} height={side} patternUnits="userSpaceOnUse"><circle cx={2 * k} cy={2 * k} r={1.45 * k} fill="#0B1220" opacity=".4" /></pattern>
      <pattern id="pattern-orange" width={side} height={side} patternUnits="userSpaceOnUse"><path d={`M0 ${2 * k}H${side}`} stroke="#0B1220" stroke-width={1.7 * k} opacity=".3" /></pattern>
      <pattern id="pattern-red" width={side} height={side} patternUnits="userSpaceOnUse"><path d={`M0 ${2 * k}H${side}M${2 * k} 0V${side}`} stroke="#fff" stroke-width={1.3 * k} opacity=".26" /></pattern>
      <pattern id="pattern-old" width={wide} height={wide} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={wide} height={wide} fill="#1A2740" /><rect width={4.5 * k} height={wide} fill="#3A4860" />
      </pattern>
    </defs>
  );
}
