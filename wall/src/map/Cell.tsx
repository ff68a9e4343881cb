/** One unit on the map, in two layers: its ground below, and above all grounds its figure, name, edge and focus (text may overhang). */
import { useComputed, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Unit } from '../core/model';
import { lookOf, shortName } from '../core/picture';
import { text } from '../core/text';
import { aloud, onCell, type Setting } from '../view/words';
import { never, now, soon } from './later';
import { AfarLabel } from './AfarLabel';
import { linesOf, type Shape } from './layout';
import type { Seen, SeenUnits } from './seen';

/** Sides in px of the canvas below which a cell has no pattern, no edge and no mark of a change; no text; no name. */
const [PATTERN, FIGURE, NAME] = [16, 24, 44];

interface GroundProps { readonly shape: Shape; readonly seen: ReadonlySignal<Seen | undefined> }

/** The cell's colour and pattern; a place without a unit in the data is an outline. */
export function Ground({ shape, seen }: GroundProps) {
  const unit = seen.value?.unit;
  const ground = <path class={toneOf(unit)} d={shape.path} />;
  const look = unit === undefined ? undefined : lookOf(unit);
  if (unit === undefined || look === 'old' || look === 'none' || unit.band === 'none') return ground;
  return <g>{ground}{unit.band !== 'green' && <path class="ground" d={shape.path} fill={`url(#pattern-${unit.band})`} />}</g>;
}

/** So small that it is colour only. */
export const isSpeck = (shape: Shape): boolean => shape.room < PATTERN;
const TONES = ['ghost', 'ground g-none', 'ground g-green', 'ground g-yellow', 'ground g-orange', 'ground g-red', 'ground g-old'] as const; // always in this order, so that nothing moves

function toneOf(unit: Unit | undefined): (typeof TONES)[number] {
  if (unit === undefined) return 'ghost';
  const look = lookOf(unit);
  return look === 'old' ? 'ground g-old' : look === 'none' ? 'ground g-none' : `ground g-${unit.band}`;
}

interface GroundsProps { readonly shapes: readonly Shape[]; readonly seen: SeenUnits }

/** The grounds of some neighbouring specks, one path a colour: a tenth of the elements to style and paint when a whole country changes. */
export function Grounds({ shapes, seen }: GroundsProps) {
  const paths = new Map<string, string>();
  for (const { code, path } of shapes) {
    const tone = toneOf(seen.of(code).value?.unit);
    paths.set(tone, (paths.get(tone) ?? '') + path);
  }
  return <>{TONES.map((tone) => paths.has(tone) && <path key={tone} class={tone} d={paths.get(tone)} />)}</>;
}

export interface CellProps {
  readonly shape: Shape; readonly seen: ReadonlySignal<Seen | undefined>; readonly setting: Setting; readonly phone: boolean; readonly afar: boolean;
  readonly selected: boolean; readonly tabbable: boolean; readonly select: (code: string) => void;
}

export function Cell({ shape, seen, setting, phone, afar, selected, tabbable, select }: CellProps) {
  if (seen.value === undefined) return null;
  const { unit, changedIn } = seen.value;
  const look = lookOf(unit);
  const tone = look === 'old' ? 't-old' : look === 'none' ? 't-none' : `t-${unit.band}`;
  return (
    <g
      class={`cell ${tone}`} data-unit={unit.code} data-band={unit.band} data-look={look} role="button" aria-pressed={selected}
      tabindex={tabbable ? 0 : -1} onClick={() => select(unit.code)}
    >
      <path class="hit" d={shape.path} />
      <text class="said" x={shape.x} y={shape.y}>{aloud(unit, setting)}</text>
      <Edge shape={shape} unit={unit} />
      <Words phone={phone} afar={afar} unit={unit} shape={shape} setting={setting} />
      {changedIn !== undefined && <path key={changedIn} class="flash" d={shape.path} />}
      <path class={selected ? 'ring on' : 'ring'} d={shape.path} />
    </g>
  );
}

/** The same without words: its attributes follow the unit, without a drawing of the component. */
export function Speck({ shape, seen, setting, selected, tabbable, select }: Omit<CellProps, 'phone' | 'afar'>) {
  const here = useComputed(() => seen.value !== undefined);
  const cell = useRef<SVGPathElement>(null);
  useLayoutEffect(() => (cell.current === null ? undefined : follow(cell.current, seen, setting)), [here.value, seen, setting]);
  if (!here.value) return null;
  return (
    <path
      ref={cell} class={selected ? 'cell speck on' : 'cell speck'} d={shape.path} data-unit={shape.code} role="button" aria-pressed={selected}
      tabindex={tabbable ? 0 : -1} onClick={() => select(shape.code)} onFocus={(event) => now(event.currentTarget)}
    />
  );
}

/** What is said of a speck comes right after what is seen, and before it is read out: a country has thousands. */
function follow(cell: SVGPathElement, seen: CellProps['seen'], setting: Setting): () => void {
  const stop = seen.subscribe((one) => {
    if (one === undefined) return;
    cell.dataset['band'] = one.unit.band;
    cell.dataset['look'] = lookOf(one.unit);
    soon(cell, () => cell.setAttribute('aria-label', aloud(one.unit, setting)));
  });
  return () => {
    stop();
    never(cell);
  };
}

/** Hollow, dashed, or the white line of red: drawn just inside the cell. */
function Edge({ shape, unit }: { readonly shape: Shape; readonly unit: Unit }) {
  const look = lookOf(unit);
  const name = look === 'none' || (unit.band === 'none' && look === 'rate') ? 'edge-none' : look === 'old' ? `edge-old s-${unit.band}` : unit.band === 'red' ? 'edge-red' : '';
  if (name === '') return null;
  const { x, y } = shape;
  return <path class={name} d={shape.path} transform={`translate(${x} ${y}) scale(.955) translate(${-x} ${-y})`} />;
}

interface LabelProps { readonly unit: Unit; readonly shape: Shape; readonly setting: Setting }
const [BIG, SMALL] = [16, 12.5];

/** As much as the cell has room for; what it has no room for is in the card, in the list and in its label for screen readers. */
function Words({ phone, afar, ...props }: LabelProps & { readonly phone: boolean; readonly afar: boolean }) {
  const { unit, shape, setting } = props;
  if (afar && shape.room >= NAME) return <AfarLabel {...props} />;
  if (!phone && shape.room >= NAME) return <Label {...props} />;
  if (phone ? shape.room >= FIGURE / 2 : shape.room >= FIGURE) return <Letter {...props} caption={phone} />;
  return <desc data-role="value">{onCell(unit, setting).value}</desc>;
}

function Label({ unit, shape, setting }: LabelProps) {
  const { value, letter } = onCell(unit, setting);
  const lines = linesOf(shape.inset ? shape.name : shortName(unit));
  const size = lookOf(unit) === 'rate' || lookOf(unit) === 'none' ? BIG : SMALL;
  const top = shape.y - (BIG + SMALL * lines.length) / 2 + BIG * 0.8;
  return (
    <g class="label" aria-hidden="true">
      <text x={shape.x} y={top} font-size={size} class="figure">
        <tspan data-role="value">{value}</tspan>
        {letter !== '' && <tspan dx="2.5" font-size={BIG * 0.84} class="letter">{letter}</tspan>}
      </text>
      {lines.map((line, i) => <text key={line} x={shape.x} y={top + SMALL * (i + 1)} font-size={SMALL} class="name">{line}</text>)}
      {shape.inset && <text x={shape.x + shape.room / 2} y={shape.y + 45} font-size="13" class="caption zone">{text(setting.lang, 'special_zone')}</text>}
    </g>
  );
}

/** Room for the band's letter only. */
function Letter({ unit, shape, setting, caption }: LabelProps & { readonly caption: boolean }) {
  const { value, letter } = onCell(unit, setting);
  return (
    <g class="label" aria-hidden="true">
      <text x={shape.x} y={shape.y + 5} font-size="14" class="figure">{lookOf(unit) === 'rate' || lookOf(unit) === 'few' ? letter : ''}</text>
      <desc data-role="value">{value}</desc>
      {shape.inset && caption && <text x={shape.x + shape.room / 2} y={shape.y + 29} font-size="13" class="caption">{shape.name}</text>}
    </g>
  );
}
