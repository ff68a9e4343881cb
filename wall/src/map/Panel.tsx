/** Units that have no place on the cartogram (departments, land offices) as tiles, lowest first; the same four signs as on the map. */
import { useSignal } from '@preact/signals';
import type { Unit } from '../core/model';
import { lookOf, shortName, type Picture } from '../core/picture';
import { lowestFirst } from '../core/sorting';
import { text } from '../core/text';
import { Steady } from '../view/steady';
import { aloud, onCell, type Setting } from '../view/words';
import { roving, tabStopOf } from './roving';

interface Props { readonly picture: Picture; readonly units: readonly Unit[]; readonly setting: Setting; readonly selected: string | null; readonly select: (code: string) => void }

export function Panel({ picture, units, setting, selected, select }: Props) {
  const stop = useSignal<string | null>(null);
  const ordered = lowestFirst(units);
  const tabStop = tabStopOf(ordered.map((unit) => unit.code), stop.value, selected);
  return (
    <div class="panel" role="group" aria-label={text(setting.lang, 'panel_of', { count: units.length })} onKeyDown={roving(select, (code) => (stop.value = code))}>
      {ordered.map((unit) => (
        <Tile key={unit.code} unit={unit} setting={setting} selected={selected === unit.code} tabbable={tabStop === unit.code} changedIn={picture.changed.get(unit.code)} select={select} />
      ))}
    </div>
  );
}

interface TileProps {
  readonly unit: Unit; readonly setting: Setting; readonly selected: boolean; readonly tabbable: boolean; readonly changedIn: number | undefined; readonly select: (code: string) => void;
}

class Tile extends Steady<TileProps> {
  render({ unit, setting, selected, tabbable, changedIn, select }: TileProps) {
    const look = lookOf(unit);
    const { value, letter } = onCell(unit, setting);
    const tone = look === 'old' ? `b-old o-${unit.band}` : look === 'none' ? 'b-none' : `b-${unit.band} p-${unit.band}`;
    return (
      <button
        type="button" class={`tile ${tone}`} data-unit={unit.code} data-band={unit.band} data-look={look} aria-pressed={selected}
        tabIndex={tabbable ? 0 : -1} onClick={() => select(unit.code)}
      >
        <span class="vh">{aloud(unit, setting)}</span>
        <span aria-hidden="true" class={look === 'few' || look === 'old' ? 'figure small' : 'figure'}><span data-role="value">{value}</span>{letter !== '' && <i>{letter}</i>}</span>
        <span aria-hidden="true" class="name">{shortName(unit)}</span>
        {changedIn !== undefined && <span key={changedIn} class="flash" />}
      </button>
    );
  }
}
