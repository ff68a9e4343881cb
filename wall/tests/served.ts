/** A server of HTTP on this computer, which the pages' own `fetch` asks; what it serves is set by each test. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

const real = globalThis.fetch;
/** `serve` raises nothing and answers as it is set; `asked`: every address that was asked for. */
export interface Served { serve: RequestListener; readonly asked: string[]; readonly close: () => void }
export async function served(): Promise<Served> {
  const found: Served = { serve: (_, response) => void response.writeHead(503).end(), asked: [], close: () => (vi.unstubAllGlobals(), server.closeAllConnections(), void server.close()) };
  const server = createServer((request, response) => (found.asked.push(request.url ?? ''), found.serve(request, response)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => real(`http://127.0.0.1:${port}${url}`, init));
  return found;
}
