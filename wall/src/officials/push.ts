/** Notices as messages of this browser: subscribed through the service worker, and told to the server. */
import { record, word } from '../core/model';
import { asked, posted } from './server';

const [KEY, BEGIN, END] = ['/api/v1/push-key', '/api/v1/push-subscriptions', '/api/v1/push-subscriptions/end'];
export type Push = 'none' | 'off' | 'on' | 'denied' | 'failed' | 'unable';

const able = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
const worker = async (): Promise<ServiceWorkerRegistration> => (await navigator.serviceWorker.register('/sw.js'), await navigator.serviceWorker.ready);
const keyOf = async (): Promise<string | null> => (await asked(KEY, (body) => word(record(body, 'key'), 'key'))).body;

/** How it stands; `none` where this browser has no such messages or the server gives no key to subscribe with: nothing is promised then. */
export async function standing(): Promise<Push> {
  if (!able() || (await keyOf()) === null) return 'none';
  const found = await (await navigator.serviceWorker.getRegistration('/'))?.pushManager.getSubscription();
  return found ? 'on' : 'off';
}

/** Asks the reader, subscribes, and tells the server; a subscription that the server did not take is given back. */
export async function switchOn(): Promise<Push> {
  try {
    const key = await keyOf();
    if (key === null) return 'unable';
    if ((await Notification.requestPermission()) !== 'granted') return 'denied';
    const made = await (await worker()).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { status } = await posted(BEGIN, made.toJSON(), () => null);
    if (status >= 200 && status < 300) return 'on';
    await made.unsubscribe();
    return 'failed';
  } catch {
    return 'failed';
  }
}

/** The server first: what it no longer knows it sends nothing to, whatever the browser does. */
export async function switchOff(): Promise<Push> {
  const found = await (await navigator.serviceWorker.getRegistration('/'))?.pushManager.getSubscription();
  if (!found) return 'off';
  const { status } = await posted(END, { endpoint: found.endpoint }, () => null);
  if (status < 200 || status >= 300) return 'failed';
  await found.unsubscribe();
  return 'off';
}
