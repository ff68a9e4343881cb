/** The page: one of connecting, empty or the picture with its age. */
import { effect } from '@preact/signals';
import { useMemo, useState, useEffect } from 'preact/hooks';
import type { FunctionComponent } from 'preact';
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
import { choice, choose, edges, lang, mode, narrow, picture, printing, say, theme } from './store';
import { Summary } from './Summary';
import type { Setting } from './words';

export function App() {
  const now = picture.value;
  return (
    <div class={`app is-${mode.value}`} data-version={now?.version ?? 0} data-mode={mode.value}>
      {choice.value.view === 'map' && <a class="skip" href="#table">{say('skip_table')}</a>}
      <Header />
      {now !== null && <Banner />}
      {now === null ? <Connecting /> : now.units.length === 0 ? <Empty picture={now} /> : <Page picture={now} />}
      <Announcer told={TOLD} />
    </div>
  );
}

const TOLD = { picture, mode, lang, edges };

interface UnitPageProps { readonly code: string }
/** The page of one unit, fetched when it is first asked for. */
const unitPage = (): Promise<FunctionComponent<UnitPageProps>> => import('../unit/UnitPage').then((part) => part.UnitPage);

function Page({ picture: now }: { readonly picture: Picture }) {
  const { view, unit } = choice.value;
  const [Unit, setUnit] = useState<FunctionComponent<UnitPageProps> | null>(null);
  const wanted = view === 'unit' && unit !== null;
  useEffect(() => {
    if (wanted && Unit === null) void unitPage().then((part) => setUnit(() => part));
  }, [wanted, Unit]);
  if (!wanted) return <Whole picture={now} />;
  return (
    <>
      {Unit === null ? <main class="unit" data-state="unit-loading"><h1>{say('unit_loading')}</h1></main> : <Unit code={unit} />}
      <Footer picture={now} />
    </>
  );
}

const select = (code: string): void => choose({ unit: choice.peek().unit === code ? null : code });

function Whole({ picture: now }: { readonly picture: Picture }) {
  const { asOf: today, city: { zone } } = now;
  const setting = useMemo<Setting>(() => ({ lang: lang.value, today, zone, edges: edges.value }), [lang.value, today, zone, edges.value]);
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
          <Legend picture={now} />
          {placed && drawn.value !== null && <p class="note">{say(drawn.value.planar ? 'not_boundary' : 'boundary')}</p>}
        </section>
        <section class="listcol">
          <Summary picture={now} />
          <Finder picture={now} />
          <Ranking picture={now} setting={setting} selected={selected} />
        </section>
      </main>
      <Footer picture={now} />
    </>
  );
}

/** The unit whose page is open. */
function pageName(): string | undefined {
  const { view, unit: code } = choice.value;
  const unit = view === 'unit' ? picture.value?.units.find((one) => one.code === code) : undefined;
  return unit && longName(unit);
}

/** Keeps the document's language, theme and title as chosen. */
export function dress(root: HTMLElement): void {
  effect(() => {
    root.lang = lang.value;
    root.classList.toggle('light', theme.value === 'light' || printing.value);
    document.title = [pageName(), say('product'), picture.value?.city.name].filter(Boolean).join(' · ');
  });
}
