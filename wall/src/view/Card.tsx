/** What is known of the selected unit, in a few lines; the age of its feed runs on by the server's clock. */
import { className } from '../core/catalogue';
import { counted } from '../core/figures';
import { serverNow } from '../core/freshness';
import type { Measured, Unit } from '../core/model';
import { longName, lookOf, shortName } from '../core/picture';
import { age, since } from '../core/times';
import { Chip } from './Chip';
import { Key } from './Legend';
import { addressOf, go } from './links';
import { beat, choose, lang, say, shown } from './store';
import { fractionOf, pointsOf, reasonOf, valueWithUnit, type Setting } from './words';

export function Card({ unit, setting }: { readonly unit: Unit; readonly setting: Setting }) {
  const l = lang.value;
  const facts = unit.measured !== undefined ? measuredFacts(unit, unit.measured, setting) : [
    say('card_n', { n: counted(unit.denominator, l) }), say('card_overdue', { n: counted(unit.overdue, l) }), say('card_due', { n: counted(unit.dueToday, l) }),
    ...(unit.paused > 0 ? [say('card_paused', { n: counted(unit.paused, l) })] : []), ...(unit.rank === null ? [] : [say('card_rank', { rank: unit.rank, of: unit.of })]),
  ];
  return (
    <section class="card" aria-label={longName(unit)} data-card={unit.code}>
      <h2><span>{shortName(unit)}</span><Mark unit={unit} setting={setting} /></h2>
      <p>{facts.map(together).join(' · ')} · <FeedAge unit={unit} setting={setting} /></p>
      <Key setting={setting} />
      <p><a class="more" href={addressOf({ view: 'unit' })} onClick={(event) => go(event, { view: 'unit' })} data-role="open-unit">{say('details')}<span class="vh">: {longName(unit)}</span></a></p>
      <button type="button" class="close" aria-label={say('card_close')} onClick={() => choose({ unit: null })}>×</button>
    </section>
  );
}

/** The unit's figure in its band; an indicator without one says why. */
function Mark({ unit, setting }: { readonly unit: Unit; readonly setting: Setting }) {
  const look = lookOf(unit);
  if (look === 'none' && unit.measured !== undefined) return <span>{reasonOf(unit.measured.reason, setting.lang)}</span>;
  const figure = look === 'few' ? say('n_is', { n: unit.denominator }) : look === 'rate' ? valueWithUnit(unit, setting) : '';
  if (look === 'rate' && unit.band === 'none') return <span>{figure}</span>;
  return <Chip band={unit.band} old={look === 'old'} full={look === 'none'} figure={figure} />;
}

/** Numerator and denominator, points of maximum, class, rank: as far as there are. */
function measuredFacts(unit: Unit, measured: Measured, { lang: l, measure }: Setting): readonly string[] {
  const standing = measure != null ? className(measure.set, measured.standing, l) : '';
  return [fractionOf(unit, measure, l), pointsOf(measured, l), standing, unit.rank === null ? '' : say('card_rank', { rank: unit.rank, of: unit.of })].filter((fact) => fact !== '');
}

/** A fact is not torn apart at the end of a line. */
const together = (fact: string): string => fact.replaceAll(' ', '\u00a0');

export function FeedAge({ unit, setting }: { readonly unit: Unit; readonly setting: Setting }) {
  const freshness = shown.value?.freshness;
  const now = freshness === undefined ? null : serverNow(freshness, beat.value);
  if (unit.feedSeenAt === null) return <span>{say('card_no_feed')}</span>;
  const when = since(unit.feedSeenAt, setting.today, setting.zone);
  if (unit.stale || now === null) return <span>{say('card_feed_old', { when })}</span>;
  return <span data-role="feed-age">{say('card_feed', { age: say('ago', { age: age(now - unit.feedSeenAt, lang.value) }) })}</span>;
}
