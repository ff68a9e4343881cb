/** The browser behind the line's ports. */
import type { Moment } from '../core/freshness';
import type { Ports, Source } from './stream';

export const moment = (): Moment => ({ steady: performance.now() / 1000, wall: Date.now() / 1000 });

export const browserPorts: Ports = {
  open: (url) => new EventSource(url) as unknown as Source,
  fetch: async (url) => {
    const response = await fetch(url, { cache: 'no-cache', headers: { accept: 'application/json' } });
    return { status: response.status, date: response.headers.get('date'), body: response.ok ? await response.json() : null };
  },
  now: moment,
  random: Math.random,
};
