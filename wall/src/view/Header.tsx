/** What is shown: period, rate, bloc; and how: paused or not, language, theme. */
import { isOfMeasures, type Choice } from '../core/address';
import type { IndicatorSet } from '../core/catalogue';
import { isLive, KINDS, RATES, WINDOWS, type Kind, type Rate } from '../core/model';
import { PAGES, type PageName } from '../core/pages';
import { pastWindows, windowName } from '../core/times';
import type { Key, Lang } from '../core/text';
import { catalogue } from '../live/catalogue';
import { addressOf, go } from './links';
import { choice, choose, held, lang, narrow, picture, say, theme, today, togglePause } from './store';

interface Options { readonly label?: string; readonly options: readonly (readonly [string, string])[] }
interface PickProps { readonly label: Key; readonly name: string; readonly value: string; readonly groups: readonly Options[]; readonly pick: (value: string) => void }

export function Pick({ label, name, value, groups, pick }: PickProps) {
  const written = ({ options }: Options) => options.map(([key, words]) => <option key={key} value={key} selected={key === value}>{words}</option>);
  return (
    <label class="pick">
      <span>{say(label)}</span>
      <select name={name} value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {groups.map((group) => (group.label === undefined ? written(group) : <optgroup key={group.label} label={group.label}>{written(group)}</optgroup>))}
      </select>
    </label>
  );
}

function WindowPick() {
  const { window, asOf } = choice.value;
  const named = (names: readonly string[]): Options['options'] => names.map((name) => [name, windowName(name, asOf ?? today.value, lang.value, narrow.value)]);
  const past = today.value === null ? [] : pastWindows(today.value);
  const others = [...past, ...(past.includes(window) || (WINDOWS as readonly string[]).includes(window) ? [] : [window])];
  const groups = [{ label: say('windows_live'), options: named(WINDOWS) }, ...(others.length > 0 ? [{ label: say('windows_named'), options: named(others) }] : [])];
  return <Pick label="pick_window" name="window" value={window} groups={groups} pick={(value) => choose({ window: value, ...(choice.value.view === 'ranking' ? { asOf: null } : {}) })} />;
}

/** The day at whose end the map is asked for; empty: now. */
function DayPick() {
  const { asOf, knownAt } = choice.value;
  return (
    <label class="pick day">
      <span>{say('pick_day')}</span>
      <span class={asOf === null ? 'field unset' : 'field'}>
        <input type="date" name="as_of" value={asOf ?? ''} max={isLive(choice.value) ? (today.value ?? undefined) : undefined} onChange={(event) => choose({ asOf: event.currentTarget.value || null, knownAt, ...(choice.value.view === 'ranking' ? { window: 'today' } : {}) })} />
        {asOf === null && <span class="now" aria-hidden="true">{say('day_now')}</span>}
      </span>
    </label>
  );
}

/** What a set with a total can be shown by as a whole: that, and its groups as far as they are no indicators. */
const totalsOf = (set: IndicatorSet, l: Lang): readonly (readonly [string, string])[] =>
  [...(set.total ? [[set.code, set.name[l]] as const] : []), ...set.groups.flatMap(({ measure, name }) => (measure === null ? [] : [[measure, name[l]] as const]))].map(([code, name]) => [code, say('total_of', { name })] as const);

/** The four rates, then each set of indicators: its total, its groups' and all that is in it. */
function MeasurePick() {
  const { rate, indicator, view } = choice.value;
  const l = lang.value;
  const measurable = isOfMeasures(view);
  const sets = measurable ? (catalogue.value ?? []) : [];
  const others = sets.map((set) => ({
    label: set.name[l],
    options: [...totalsOf(set, l), ...set.indicators.map((one) => [one.code, one.name[l]] as const)],
  }));
  const rates: Options = { ...(sets.length > 0 ? { label: say('rates_on_time') } : {}), options: RATES.map((name) => [name, say(`rate_${name}`)]) };
  const pick = (value: string): void => choose(RATES.some((name) => name === value) ? { rate: value as Rate, indicator: null } : { indicator: value });
  return <Pick label={indicator != null && measurable ? 'pick_measure' : 'pick_rate'} name="rate" value={measurable ? (indicator ?? rate) : rate} groups={[rates, ...others]} pick={pick} />;
}

/** Of all localities: a unit that was looked at elsewhere is not what somebody comes to the board for; nor is a procedure that was looked for a unit. */
const to = (view: PageName): Partial<Choice> => ({ view, ...(view === 'tasks' ? { unit: null } : {}), ...(choice.value.view === 'procedures' ? { search: '', level: null, field: null } : {}) });
function Pages() {
  const { view } = choice.value;
  return (
    <nav class="pages" aria-label={say('pages')}>
      {PAGES.map((page) => <a key={page.view} href={addressOf(to(page.view))} aria-current={page.view === view ? 'page' : undefined} onClick={(event) => go(event, to(page.view))} data-page={page.view}>{say(page.words)}</a>)}
    </nav>
  );
}

export function Header() {
  const { kind, view } = choice.value;
  const dark = theme.value === 'dark';
  const kindName = (name: Kind | 'all'): string => say(narrow.value && (name === 'locality' || name === 'all') ? `kind_${name}_short` : `kind_${name}`);
  return (
    <header class="top">
      <a class="logo" href="/">{say('product')} <span>{picture.value?.city.name ?? ''}</span></a>
      <Pages />
      <div class="picks">
        <WindowPick />
        <MeasurePick />
        <Pick label="pick_kind" name="kind" value={kind} groups={[{ options: [...KINDS, 'all' as const].map((name) => [name, kindName(name)]) }]} pick={(value) => choose({ kind: value as Kind | 'all', unit: null, view: view === 'unit' ? 'map' : view, search: '' })} />
        {view !== 'compare' && <DayPick />}
      </div>
      <div class="tools">
        <button type="button" class="pause" aria-label={say(held.value === null ? 'pause' : 'resume')} aria-pressed={held.value !== null} disabled={picture.value === null} onClick={togglePause}>{say(held.value === null ? 'pause_short' : 'resume_short')}</button>
        <button type="button" lang={lang.value === 'vi' ? 'en' : 'vi'} aria-label={`${say('language_short')} · ${say('language')}`} onClick={() => choose({ lang: lang.value === 'vi' ? 'en' : 'vi' })}>{say('language_short')}</button>
        <button type="button" aria-label={say(dark ? 'theme_to_light' : 'theme_to_dark')} onClick={() => choose({ theme: dark ? 'light' : 'dark' })}>{say(dark ? 'theme_light' : 'theme_dark')}</button>
      </div>
    </header>
  );
}
