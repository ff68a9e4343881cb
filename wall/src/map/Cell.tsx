/** One unit on the cartogram, in two layers: its ground below, and above all grounds its figure, name, edge and focus (text may overhang). */
import type { Unit } from '../core/model';
import { lookOf, shortName } from '../core/picture';
import { text } from '../core/text';
import { Steady } from '../view/steady';
import { aloud, onCell, type Setting } from '../view/words';
import { linesOf, type Shape } from './layout';

interface GroundProps { readonly shape: Shape; readonly unit: Unit | undefined }

/** The cell's colour and pattern; a place without a unit in the data is an outline. */
export class Ground extends Steady<GroundProps> {
  render({ shape, unit }: GroundProps) {
    if (unit === undefined) return <path class="ghost" d={shape.path} />;
    const look = lookOf(unit);
    if (look === 'old') return <path class="ground" d={shape.path} fill="url(#pattern-old)" />;
    if (look === 'none') return <path class="ground g-none" d={shape.path} />;
    return (
      <g>
        <path class={`ground g-${unit.band}`} d={shape.path} />
        {unit.band !== 'green' && <path class="ground" d={shape.path} fill={`url(#pattern-${unit.band})`} />}
      </g>
    );
  }
}

export interface CellProps {
  readonly shape: Shape; readonly unit: Unit; readonly setting: Setting; readonly phone: boolean;
  readonly selected: boolean; readonly tabbable: boolean; readonly changedIn: number | undefined; readonly select: (code: string) => void;
}

export class Cell extends Steady<CellProps> {
  render({ shape, unit, setting, phone, selected, tabbable, changedIn, select }: CellProps) {
    const look = lookOf(unit);
    const { x, y } = shape;
    const inner = `translate(${x} ${y}) scale(.955) translate(${-x} ${-y})`;
    const tone = look === 'old' ? 't-old' : look === 'none' ? 't-none' : `t-${unit.band}`;
    return (
      <g
        class={`cell ${tone}`} data-unit={unit.code} data-band={unit.band} data-look={look} role="button" aria-label={aloud(unit, setting)} aria-pressed={selected}
        tabindex={tabbable ? 0 : -1} onClick={() => select(unit.code)}
      >
        <path class="hit" d={shape.path} />
        {look === 'none' && <path class="edge-none" d={shape.path} transform={inner} />}
        {look === 'old' && <path class={`edge-old s-${unit.band}`} d={shape.path} transform={inner} />}
        {look !== 'old' && look !== 'none' && unit.band === 'red' && <path class="edge-red" d={shape.path} transform={inner} />}
        {phone ? <PhoneLabel unit={unit} shape={shape} setting={setting} /> : <Label unit={unit} shape={shape} setting={setting} />}
        {changedIn !== undefined && <path key={changedIn} class="flash" d={shape.path} />}
        <path class={selected ? 'ring on' : 'ring'} d={shape.path} />
      </g>
    );
  }
}

interface LabelProps { readonly unit: Unit; readonly shape: Shape; readonly setting: Setting }
const [BIG, SMALL] = [16, 12.5];

function Label({ unit, shape, setting }: LabelProps) {
  const { value, letter } = onCell(unit, setting);
  const lines = linesOf(shape.inset ? 'Hoàng Sa' : shortName(unit));
  const size = lookOf(unit) === 'rate' || lookOf(unit) === 'none' ? BIG : SMALL;
  const top = shape.y - (BIG + SMALL * lines.length) / 2 + BIG * 0.8;
  return (
    <g class="label" aria-hidden="true">
      <text x={shape.x} y={top} font-size={size} class="figure">
        <tspan data-role="value">{value}</tspan>
        {letter !== '' && <tspan dx="2.5" font-size={BIG * 0.84} class="letter">{letter}</tspan>}
      </text>
      {lines.map((line, i) => <text key={line} x={shape.x} y={top + SMALL * (i + 1)} font-size={SMALL} class="name">{line}</text>)}
      {shape.inset && <text x={shape.x + 43} y={74} font-size="13" class="caption">{text(setting.lang, 'special_zone')}</text>}
    </g>
  );
}

/** On a phone a cell has room for its letter only; the figure is in the card and in the list. */
function PhoneLabel({ unit, shape, setting }: LabelProps) {
  const { value, letter } = onCell(unit, setting);
  return (
    <g class="label" aria-hidden="true">
      <text x={shape.x} y={shape.y + 5} font-size="14" class="figure">{lookOf(unit) === 'rate' || lookOf(unit) === 'few' ? letter : ''}</text>
      <desc data-role="value">{value}</desc>
      {shape.inset && <text x={shape.x + 20} y={44} font-size="13" class="caption">Hoàng Sa</text>}
    </g>
  );
}
