/** The service worker: a wall starts after a power cut although the server is away, with the page and the geometry that it had last; an official is shown notices though no page is open. */
import { choose, filesOf, fontsOf, isAway, isPage, toDrop } from './shelf';
import { shownOf, windowOf, type Shown } from './told';

interface Work extends Event { readonly waitUntil: (work: Promise<unknown>) => void }
interface Asking extends Work { readonly request: Request; readonly respondWith: (answer: Promise<Response>) => void }
interface Pushed extends Work { readonly data: { readonly text: () => string } | null }
interface Clicked extends Work { readonly notification: { readonly data: Shown['options']['data'] | null; readonly close: () => void } }
interface Window { readonly url: string; readonly focused: boolean; readonly focus: () => Promise<unknown>; readonly navigate: (path: string) => Promise<Window | null> }
interface Worker {
  readonly location: Location;
  readonly registration: { readonly showNotification: (title: string, options: Shown['options']) => Promise<void> };
  readonly clients: {
    readonly claim: () => Promise<void>;
    readonly matchAll: (which: { readonly type: 'window' }) => Promise<readonly Window[]>;
    readonly openWindow: (path: string) => Promise<unknown>;
  };
  readonly skipWaiting: () => Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Work) => void): void;
  addEventListener(type: 'push', listener: (event: Pushed) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: Clicked) => void): void;
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

/** Goes on in an officials' page that is open; one that is not to be led anywhere (it was loaded around the worker) is left alone. */
async function open(path: string): Promise<unknown> {
  const found = windowOf(await self.clients.matchAll({ type: 'window' }), self.location.origin);
  const led = await found?.navigate(path).catch(() => null);
  return led ? led.focus().catch(() => undefined) : self.clients.openWindow(path);
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
self.addEventListener('push', (event) => {
  const { title, options } = shownOf(event.data?.text() ?? '', self.location.origin);
  event.waitUntil(self.registration.showNotification(title, options));
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? '/officials'));
});
