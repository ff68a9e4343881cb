/** Notices as messages of browsers: this one subscribed through the service worker and told to the server, and all of one's own as the server has them. */
import { Malformed, record, word } from '../core/model';
import { asked, posted } from './server';

const [KEY, BROWSERS, END] = ['/api/v1/push-key', '/api/v1/push-subscriptions', '/api/v1/push-subscriptions/end'];
const READY_SECONDS = 20;
/** `none`: nothing is offered; `unable`: this browser cannot; `unreached`: it cannot reach its maker's push service. */
export type Push = 'none' | 'unable' | 'denied' | 'off' | 'on' | 'failed' | 'unreached';
export interface Known { readonly id: string; readonly browser: string; readonly system: string; readonly since: string }
/** `here`: the id of this browser's subscription, by which the server's list has it. */
export interface Standing { readonly push: Push; readonly here: string | null; readonly browsers: readonly Known[] }
const NOTHING: Standing = { push: 'none', here: null, browsers: [] };

const able = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
const keyOf = async (): Promise<string | null> => (await asked(KEY, (body) => word(record(body, 'key'), 'key'))).body;

export function browsersOf(body: unknown): readonly Known[] {
  const { browsers } = record(body, 'the list of browsers');
  if (!Array.isArray(browsers)) throw new Malformed('browsers is not a list');
  return browsers.map((each: unknown) => {
    const raw = record(each, 'a browser');
    return { id: word(raw, 'id'), browser: word(raw, 'browser'), system: word(raw, 'system'), since: word(raw, 'since') };
  });
}

/** The server's name for a subscription: 20 hex digits of its address' SHA-256. */
export async function idOf(endpoint: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint)));
  return Array.from(digest.slice(0, 10), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Registered, installed and there; a worker that cannot be installed is not waited for for ever. */
async function worker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register('/sw.js');
  const late = new Promise<never>((_, refuse) => setTimeout(() => refuse(new Error('no worker')), READY_SECONDS * 1000));
  return Promise.race([navigator.serviceWorker.ready, late]);
}
const subscribed = async (): Promise<PushSubscription | null> => (await (await navigator.serviceWorker.getRegistration('/'))?.pushManager.getSubscription()) ?? null;

/** How it stands; `none` where the server gives no key to subscribe with: nothing is promised then. On is what server and browser both say. */
export async function standing(): Promise<Standing> {
  if ((await keyOf()) === null) return NOTHING;
  const browsers = (await asked(BROWSERS, browsersOf)).body;
  if (browsers === null) return NOTHING;
  if (!able()) return { push: 'unable', here: null, browsers };
  const found = await subscribed();
  const here = found === null ? null : await idOf(found.endpoint);
  if (browsers.some(({ id }) => id === here)) return { push: 'on', here, browsers };
  return { push: Notification.permission === 'denied' ? 'denied' : 'off', here, browsers };
}

/** With our key, whatever key this browser was subscribed with before. */
async function subscribe(key: string): Promise<PushSubscription> {
  const { pushManager } = await worker();
  const wanted = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(wanted);
  } catch (fault) {
    const old = await pushManager.getSubscription();
    if (old === null || !(await old.unsubscribe())) throw fault;
    return pushManager.subscribe(wanted);
  }
}

/** Asks the reader, subscribes, and tells the server; a new subscription that the server did not take is given back. */
export async function switchOn(before: Standing): Promise<Standing> {
  const key = await keyOf();
  if (key === null) return { ...before, push: 'failed' };
  try {
    if ((await Notification.requestPermission()) !== 'granted') return { ...before, push: 'denied' };
    const made = await subscribe(key);
    const { body } = await posted(BROWSERS, made.toJSON(), browsersOf);
    if (body !== null) return { push: 'on', here: await idOf(made.endpoint), browsers: body };
    if (before.here === null) await made.unsubscribe();
    return { ...before, push: 'failed' };
  } catch (fault) {
    return { ...before, push: fault instanceof DOMException && fault.name === 'AbortError' ? 'unreached' : 'failed' };
  }
}

/** The server first: what it no longer knows it sends nothing to, whatever the browser does. */
export async function switchOff(before: Standing, id: string): Promise<Standing> {
  const { body } = await posted(END, { id }, browsersOf);
  if (body === null) return { ...before, push: id === before.here ? 'failed' : before.push };
  if (id !== before.here) return { ...before, browsers: body };
  await (await subscribed())?.unsubscribe().catch(() => false);
  return { push: 'off', here: null, browsers: body };
}
