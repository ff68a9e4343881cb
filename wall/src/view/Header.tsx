/** What is shown: period, rate, bloc; and how: paused or not, language, theme. */
import { KINDS, RATES, WINDOWS, type Kind, type Rate } from '../core/model';
import { windowName } from '../core/times';
import type { Key } from '../core/text';
import { choice, choose, held, lang, narrow, picture, say, theme, today, togglePause } from './store';

interface PickProps { readonly label: Key; readonly name: string; readonly value: string; readonly options: readonly (readonly [string, string])[]; readonly pick: (value: string) => void }

function Pick({ label, name, value, options, pick }: PickProps) {
  return (
    <label class="pick">
      <span>{say(label)}</span>
      <select name={name} value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map(([key, words]) => <option key={key} value={key} selected={key === value}>{words}</option>)}
      </select>
    </label>
  );
}

export function Header() {
  const { window, rate, kind } = choice.value;
  const windows = (WINDOWS as readonly string[]).includes(window) ? WINDOWS : [...WINDOWS, window];
  const dark = theme.value === 'dark';
  return (
    <header class="top">
      <a class="logo" href="/">{say('product')} <span>{picture.value?.city.name ?? ''}</span></a>
      <div class="picks">
        <Pick label="pick_window" name="window" value={window} options={windows.map((name) => [name, windowName(name, today.value, lang.value, narrow.value)])} pick={(value) => choose({ window: value })} />
        <Pick label="pick_rate" name="rate" value={rate} options={RATES.map((name) => [name, say(`rate_${name}`)])} pick={(value) => choose({ rate: value as Rate })} />
        <Pick label="pick_kind" name="kind" value={kind} options={KINDS.map((name) => [name, say(name === 'locality' && narrow.value ? 'kind_locality_short' : `kind_${name}`)])} pick={(value) => choose({ kind: value as Kind, unit: null })} />
      </div>
      <div class="tools">
        <button type="button" class="pause" aria-pressed={held.value !== null} disabled={picture.value === null} onClick={togglePause}>{say(held.value === null ? 'pause' : 'resume')}</button>
        <button type="button" lang={lang.value === 'vi' ? 'en' : 'vi'} aria-label={say('language')} onClick={() => choose({ lang: lang.value === 'vi' ? 'en' : 'vi' })}>{say('language_short')}</button>
        <button type="button" aria-label={say(dark ? 'theme_to_light' : 'theme_to_dark')} onClick={() => choose({ theme: dark ? 'light' : 'dark' })}>{say(dark ? 'theme_light' : 'theme_dark')}</button>
      </div>
    </header>
  );
}
