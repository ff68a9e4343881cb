/** The page: one of connecting, empty or the picture with its age. */
import { effect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Picture } from '../core/picture';
import { CityMap } from '../map/CityMap';
import { drawn, geometry, hasPlace } from '../map/geometry';
import { Panel } from '../map/Panel';
import { Announcer } from './Announcer';
import { Banner } from './Banner';
import { Card } from './Card';
import { Connecting } from './Connecting';
import { Empty } from './Empty';
import { Footer } from './Footer';
import { Header } from './Header';
import { Legend } from './Legend';
import { Ranking } from './Ranking';
import { choice, choose, edges, lang, mode, narrow, picture, say, theme } from './store';
import { Summary } from './Summary';
import type { Setting } from './words';

export function App() {
  const now = picture.value;
  return (
    <div class={`app is-${mode.value}`} data-version={now?.version ?? 0} data-mode={mode.value}>
      <Header />
      {now !== null && <Banner />}
      {now === null ? <Connecting /> : now.units.length === 0 ? <Empty picture={now} /> : <Whole picture={now} />}
      <Announcer told={TOLD} />
    </div>
  );
}

const TOLD = { picture, mode, lang, edges };
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
          <Ranking picture={now} setting={setting} selected={selected} select={select} />
        </section>
      </main>
      <Footer picture={now} />
    </>
  );
}

/** Keeps the document's language, theme and title as chosen. */
export function dress(root: HTMLElement): void {
  effect(() => {
    root.lang = lang.value;
    root.classList.toggle('light', theme.value === 'light');
    document.title = picture.value === null ? say('product') : `${say('product')} · ${picture.value.city.name}`;
  });
}
