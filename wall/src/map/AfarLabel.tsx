/** The label of a cell for ten metres: the figure, and its letter on a line of its own below; no name. */
import { lookOf } from '../core/picture';
import type { Unit } from '../core/model';
import { text } from '../core/text';
import { onCell, type Setting } from '../view/words';
import type { Shape } from './layout';

interface Props { readonly unit: Unit; readonly shape: Shape; readonly setting: Setting }
/** Sizes in px of the canvas: of a rate, of one with two decimals, of words; of what stands below. */
const [RATE, LONG, WORDS, BELOW] = [23, 18, 17, 16];

export function AfarLabel({ unit, shape, setting }: Props) {
  const { upper, lower, size } = linesOf(unit, setting);
  const middle = shape.y + (lower === '' ? size * 0.35 : -2);
  return (
    <g class="label" aria-hidden="true">
      <text x={shape.x} y={middle} font-size={size} class="figure" data-role="value">{upper}</text>
      {lower !== '' && <text x={shape.x} y={middle + BELOW} font-size={BELOW} class="letter">{lower}</text>}
      {shape.inset && <text x={shape.x + shape.room / 2} y={shape.y + 46} font-size="15" class="caption">{shape.name}</text>}
    </g>
  );
}

function linesOf(unit: Unit, setting: Setting): { readonly upper: string; readonly lower: string; readonly size: number } {
  const { value, letter } = onCell(unit, setting);
  const look = lookOf(unit);
  if (look === 'few') return { upper: text(setting.lang, 'few_mark'), lower: letter, size: WORDS };
  if (look === 'old') {
    const [first = '', ...rest] = value.split(' ');
    return { upper: first, lower: rest.join(' '), size: WORDS };
  }
  return { upper: value, lower: letter, size: value.length > 4 ? LONG : RATE };
}
