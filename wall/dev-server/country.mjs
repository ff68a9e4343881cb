// The whole country on one map, made up: 3,321 communes on a jittered grid, for measuring how fast the map is drawn anew.
//   node dev-server/country.mjs [--port 0]       prints its address
// GET /change?units=N sends one change of the first N units, each into another band.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const built = join(fileURLToPath(new URL('.', import.meta.url)), '../../services/api/static');
const [COUNT, WIDE] = [3321, 58];
const BANDS = [['green', 95], ['yellow', 85], ['orange', 75], ['red', 60]];
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };
const clients = new Set();
let version = 1;
let turn = 0;

const zone = 'Asia/Ho_Chi_Minh';
const now = () => new Date().toISOString();
const code = (index) => String(10000 + index);
const scored = (numerator) => ({ value: numerator / 100, numerator, denominator: 100, low: null, high: null, few: false, trend: null, received: 100, finished: 90, pending: 10, due_today: 1, overdue: 1, paused: 0, counts: {} });
function unit(index) {
  const [band, numerator] = BANDS[(index + turn) % BANDS.length];
  return { code: code(index), name: `Xã ${index}`, kind: 'locality', type: 'Xã', ...scored(numerator), band, rank: 1 + (index % 100), of: COUNT, feed_seen_at: now(), stale: false };
}
const city = () => ({ code: 'VN', name: 'Cả nước', kind: 'city', ...scored(80), band: 'yellow', time_zone: zone, received_today: 0, finished_today: 0, due_today_left: 0, rates: Object.fromEntries(['official', 'resolved', 'due_cohort', 'statutory'].map((rate) => [rate, scored(80)])) });
const whole = () => ({ version, as_of: now().slice(0, 10), known_at: now(), window: 'month', rate: 'official', kind: 'locality', stale: false, city: city(), units: Array.from({ length: COUNT }, (_, index) => unit(index)) });
const event = (type, id, body) => `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`;

/** Corners shared by neighbours, moved a little, so that no two cells are alike. */
const corner = (x, y) => [x + 0.35 * Math.sin(12.9 * x + 78.2 * y), y + 0.35 * Math.sin(39.3 * x + 11.1 * y)];
function geometry() {
  const tall = Math.ceil(COUNT / WIDE);
  const features = Array.from({ length: COUNT }, (_, index) => {
    const [x, y] = [index % WIDE, Math.floor(index / WIDE)];
    const ring = [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1), corner(x, y)];
    return { type: 'Feature', id: code(index), properties: { code: code(index), name: `Xã ${index}`, inset: false, label: [x + 0.5, y + 0.5] }, geometry: { type: 'Polygon', coordinates: [ring] } };
  });
  return { type: 'FeatureCollection', planar: true, bbox: [0, 0, WIDE, tall], features };
}

function change(units) {
  version += 1;
  turn += 1;
  const body = { version, city: city(), units: Array.from({ length: units }, (_, index) => unit(index)) };
  for (const client of clients) client.write(event('change', version, body));
}
function file(response, path) {
  const name = path === '/' ? 'index.html' : normalize(path).replace(/^[/\\]+/, '');
  const full = join(built, name);
  if (!full.startsWith(built) || !existsSync(full)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(full)] ?? 'application/octet-stream' });
  return createReadStream(full).pipe(response);
}
const json = (response, body, headers = {}) => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://local');
  switch (url.pathname) {
    case '/api/v1/map': return json(response, whole());
    case '/api/v1/geometry': return json(response, geometry(), { etag: '"country"' });
    case '/api/v1/definitions': return json(response, { bands: { green: { from: 0.9 }, yellow: { from: 0.8 }, orange: { from: 0.7 } } });
    case '/change': change(Number(url.searchParams.get('units') ?? COUNT)); return json(response, { version });
    case '/api/v1/stream':
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`retry: 2000\n\n${event('snapshot', version, whole())}event: tick\ndata: ${JSON.stringify({ server_time: now(), kafka_lag_seconds: 0.1, geometry: 'country', feeds: [] })}\n\n`);
      clients.add(response);
      return request.on('close', () => clients.delete(response));
    default: return file(response, url.pathname);
  }
});
server.listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
setInterval(() => clients.forEach((client) => client.write(`event: tick\ndata: ${JSON.stringify({ server_time: now(), kafka_lag_seconds: 0.1, geometry: 'country', feeds: [] })}\n\n`)), 5000);
