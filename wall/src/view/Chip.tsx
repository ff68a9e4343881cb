/** A band as a small mark: its colour with its letter, or letter and name. A silent feed has the diagonal instead. */
import type { Band } from '../core/model';
import { say } from './store';

export function Chip({ band, full = false, old = false, figure = '' }: { readonly band: Band; readonly full?: boolean; readonly old?: boolean; readonly figure?: string }) {
  if (old) return <span class="chip sm b-old" title={say('silent')}><span class="vh">{say('silent')}</span>{'\u00a0'}</span>;
  const letter = say(`letter_${band}`);
  if (figure !== '') return <span class={`chip b-${band}`}>{letter} · {figure}</span>;
  if (full) return <span class={`chip b-${band}`}>{band === 'none' ? say('band_none') : `${letter} · ${say(`band_${band}`)}`}</span>;
  return <span class={`chip sm b-${band}`}><span aria-hidden="true">{letter}</span><span class="vh">{say(`band_${band}`)}</span></span>;
}
