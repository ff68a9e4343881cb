/** The page: one of connecting, empty or the picture with its age. */
import { computed, effect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { LINKED, PAGES } from '../core/pages';
import type { Figure } from '../core/model';
import { longName, type Picture } from '../core/picture';
import { CityMap } from '../map/CityMap';
import { drawn, geometry, hasPlace } from '../map/geometry';
import { Panel } from '../map/Panel';
import { Announcer } from './Announcer';
import { Banner } from './Banner';
import { Card } from './Card';
import { Connecting } from './Connecting';
import { Empty } from './Empty';
import { Finder } from './Finder';
import { Footer } from './Footer';
import { Header } from './Header';
import { Legend } from './Legend';
import { Ranking } from './Ranking';
import { newer } from './newer';
import { Part } from './parts';
import { choice, choose, edges, lang, measure, mode, narrow, picture, printing, say, theme } from './store';
import { Summary } from './Summary';
import { valueWithUnit, type Setting } from './words';

export function App() {
  const now = picture.value;
  return (
    <div class={`app is-${mode.value}`} data-version={now?.version ?? 0} data-mode={mode.value}>
      {now !== null && choice.value.view === 'map' && <a class="skip" href="#table">{say('skip_table')}</a>}
      <Header />
      {newer.value !== null && <Newer version={newer.value} />}
      {choice.value.unread.length > 0 && <div class="newer" role="status" data-state="unread"><p>{say('unread', { what: choice.value.unread.join(', ') })}</p></div>}
      {now !== null && <Banner />}
      {now === null ? <Connecting /> : now.units.length === 0 ? <Empty picture={now} /> : <Page picture={now} />}
      <Announcer told={TOLD} />
    </div>
  );
}

/** The server has another version of this page. */
const Newer = ({ version }: { readonly version: string }) => <div class="newer" role="status" data-state="new-version"><p>{say('newer_page', { version })}</p><button type="button" onClick={() => location.reload()}>{say('reload')}</button></div>;

const written = computed(() => (figure: Figure): string => valueWithUnit(figure, { lang: lang.value, edges: edges.value, measure: measure.value }));
const TOLD = { picture, mode, lang, written };

function Page({ picture: now }: { readonly picture: Picture }) {
  const { view } = choice.value;
  if (view === 'map') return <Whole picture={now} />;
  return (
    <>
      <Part name={view} />
      <Footer picture={now} />
    </>
  );
}

const select = (code: string): void => choose({ unit: choice.peek().unit === code ? null : code });

function Whole({ picture: now }: { readonly picture: Picture }) {
  const { asOf: today, city: { zone } } = now;
  const shows = measure.value;
  const setting = useMemo<Setting>(() => ({ lang: lang.value, today, zone, edges: shows?.edges ?? edges.value, measure: shows }), [lang.value, today, zone, edges.value, shows]);
  const selected = choice.value.unit;
  const unit = now.units.find((one) => one.code === selected);
  const coming = geometry.value === null; // the figures do not wait for it: its place is kept, the list is there
  const placed = coming || now.units.some(hasPlace);
  const others = coming ? [] : now.units.filter((one) => !hasPlace(one));
  return (
    <>
      <main class="pub" data-state="picture">
        <section class="mapcol">
          {placed && <CityMap picture={now} setting={setting} phone={narrow.value} selected={selected} select={select} />}
          {others.length > 0 && <Panel picture={now} units={others} setting={setting} selected={selected} select={select} />}
          {unit !== undefined && <Card unit={unit} setting={setting} />}
          <Legend picture={now} setting={setting} />
          {placed && drawn.value !== null && <p class="note">{say(drawn.value.planar ? 'not_boundary' : 'boundary')}</p>}
        </section>
        <section class="listcol">
          <Summary picture={now} setting={setting} />
          <Finder picture={now} />
          <Ranking picture={now} setting={setting} selected={selected} />
        </section>
      </main>
      <Footer picture={now} />
    </>
  );
}

/** The page that is open, where it is not the map; of a unit its name. */
function pageName(): string | undefined {
  const { view, unit: code } = choice.value;
  const unit = view === 'unit' ? picture.value?.units.find((one) => one.code === code) : undefined;
  const page = [...PAGES, ...LINKED].find((one) => one.view === view && view !== 'map');
  return unit ? longName(unit) : page && say(page.words);
}

/** Keeps the document's language, theme and title as chosen. */
export function dress(root: HTMLElement): void {
  effect(() => {
    root.lang = lang.value;
    root.classList.toggle('light', theme.value === 'light' || printing.value);
    document.title = [pageName(), say('product'), picture.value?.city.name].filter(Boolean).join(' · ');
  });
}
