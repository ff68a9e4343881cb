/** The service worker: a wall starts after a power cut although the server is away, with the page and the geometry that it had last. */
import { choose, filesOf, fontsOf, isAway, isPage, toDrop } from './shelf';

interface Work extends Event { readonly waitUntil: (work: Promise<unknown>) => void }
interface Asking extends Work { readonly request: Request; readonly respondWith: (answer: Promise<Response>) => void }
interface Worker {
  readonly location: Location;
  readonly clients: { readonly claim: () => Promise<void> };
  readonly skipWaiting: () => Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Work) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asking) => void): void;
}
const self = globalThis as unknown as Worker;
const SHELF = 'dunghen-shell';
const PAGE = '/wall';
const SHAPE = '/api/v1/geometry';

const kept = async (key: string): Promise<Response | undefined> => (await caches.open(SHELF)).match(key);

/** Keeps a page only with all that it needs: half a page would be a dark wall. */
async function keepPage(html: string, answer: Response): Promise<void> {
  const shelf = await caches.open(SHELF);
  const files = filesOf(html);
  await Promise.all(files.map(keepFile));
  const sheets = await Promise.all(files.filter((file) => file.endsWith('.css')).map(async (file) => (await (await shelf.match(file))?.text()) ?? ''));
  const fonts = sheets.flatMap(fontsOf);
  await Promise.all(fonts.map(keepFile));
  await shelf.put(PAGE, answer);
  const all = (await shelf.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith('/assets/'));
  await Promise.all(toDrop(all, new Set([...files, ...fonts])).map((file) => shelf.delete(file)));
}
async function keepFile(path: string): Promise<void> {
  const shelf = await caches.open(SHELF);
  if ((await shelf.match(path)) !== undefined) return;
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  await shelf.put(path, answer);
}

async function page(event: Asking): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(event.request);
  } catch (fault) {
    const last = await kept(PAGE);
    if (last === undefined) throw fault;
    return last;
  }
  if (isAway(answer.status)) return (await kept(PAGE)) ?? answer;
  const copy = answer.clone();
  event.waitUntil(copy.clone().text().then((html) => (isPage(copy.status, html) ? keepPage(html, copy) : undefined)).catch(() => undefined));
  return answer;
}

async function file(event: Asking): Promise<Response> {
  const { pathname } = new URL(event.request.url);
  const found = await kept(pathname);
  if (found !== undefined) return found;
  const answer = await fetch(event.request);
  if (answer.ok) {
    const copy = answer.clone();
    event.waitUntil(caches.open(SHELF).then((shelf) => shelf.put(pathname, copy)));
  }
  return answer;
}

/** Shapes are no figures: the last ones are right until others come, and a wall without them has no map. */
async function shape(event: Asking): Promise<Response> {
  const key = new URL(event.request.url).pathname;
  try {
    const answer = await fetch(event.request);
    if (answer.ok) {
      const copy = answer.clone();
      event.waitUntil(caches.open(SHELF).then((shelf) => shelf.put(key, copy)));
    }
    return isAway(answer.status) ? ((await kept(key)) ?? answer) : answer;
  } catch (fault) {
    const last = await kept(key);
    if (last === undefined) throw fault;
    return last;
  }
}

self.addEventListener('install', (event) => event.waitUntil(fetch(PAGE).then(async (answer) => {
  const copy = answer.clone();
  const html = await answer.text();
  if (isPage(copy.status, html)) await keepPage(html, copy);
  await keepFile(SHAPE).catch(() => undefined); // the page that installs us asked for it before we were there
  await self.skipWaiting();
})));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const answers = { KEPT: file, PAGE: page, SHAPE: shape, NETWORK: null }[choose({ method, mode, url: new URL(url), origin: self.location.origin })];
  if (answers !== null) event.respondWith(answers(event));
});
