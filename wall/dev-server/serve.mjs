// A made-up server for looking at the page without Kafka: the built files, /api/v1/map and /api/v1/stream from data.json, and values that move.
//   node dev-server/serve.mjs [--port 8099] [--mode live|silent|behind|empty|refuse] [--every MS]
// `silent` stops speaking after the snapshot, `behind` admits 14 minutes of lag, `empty` has no units, `refuse` answers 503.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { port: { type: 'string', default: '8099' }, mode: { type: 'string', default: 'live' }, every: { type: 'string', default: '1000' } } });
const here = fileURLToPath(new URL('.', import.meta.url));
const built = join(here, '../../services/api/static');
const data = JSON.parse(readFileSync(join(here, 'data.json'), 'utf8'));
const geometry = readFileSync(join(here, '../../dunghen/domain/data/danang-cartogram.geojson'));
const started = Date.parse(data.known_at);
const opened = Date.now();
const serverTime = () => new Date(started + Date.now() - opened);
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };
const clients = new Set();

const unitsOf = (kind) => (options.mode === 'empty' ? [] : data.units.filter((unit) => !kind || unit.kind === kind));
const body = (kind) => ({ ...data, units: unitsOf(kind) });
const event = (type, id, value) => `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(value)}\n\n`;
const tick = () => `event: tick\ndata: ${JSON.stringify({ server_time: serverTime().toISOString(), kafka_lag_seconds: options.mode === 'behind' ? 840 : 0.4, feeds: [] })}\n\n`;

function band(unit) {
  const per = unit.numerator * 100;
  return per >= 90 * unit.denominator ? 'green' : per >= 80 * unit.denominator ? 'yellow' : per >= 70 * unit.denominator ? 'orange' : 'red';
}
function move() {
  const moving = data.units.filter((unit) => unit.denominator > 4 && !unit.stale && Math.random() < 0.04);
  data.version += 1;
  for (const unit of moving) {
    const late = Math.random() < 0.3;
    unit.denominator += 1;
    unit.numerator += late ? 0 : 1;
    data.city.denominator += 1;
    data.city.numerator += late ? 0 : 1;
    Object.assign(unit, { value: unit.numerator / unit.denominator, band: band(unit), feed_seen_at: serverTime().toISOString() });
  }
  data.city.value = data.city.numerator / data.city.denominator;
  data.city.band = band(data.city);
  Object.assign(data.city.rates.official, { numerator: data.city.numerator, denominator: data.city.denominator, value: data.city.value });
  for (const client of clients) {
    const units = moving.filter((unit) => unit.kind === client.kind);
    client.response.write(event('change', data.version, { version: data.version, city: data.city, units }));
  }
}

function stream(request, response, url) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const client = { response, kind: url.searchParams.get('kind') };
  response.write(`retry: 2000\n\n${event('snapshot', data.version, body(client.kind))}${options.mode === 'silent' ? '' : tick()}`);
  if (options.mode === 'silent') return;
  clients.add(client);
  request.on('close', () => clients.delete(client));
}
function file(response, path) {
  const name = path === '/' || path === '/wall' ? 'index.html' : normalize(path).replace(/^[/\\]+/, '');
  const full = join(built, name);
  if (!full.startsWith(built) || !existsSync(full)) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(full)] ?? 'application/octet-stream', 'content-security-policy': "default-src 'self'; img-src 'self' data:" });
  return createReadStream(full).pipe(response);
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://local');
  if (url.pathname.startsWith('/api/') && options.mode === 'refuse') return response.writeHead(503, { 'retry-after': '2' }).end();
  if (url.pathname === '/api/v1/stream') return stream(request, response, url);
  if (url.pathname === '/api/v1/map') {
    response.writeHead(200, { 'content-type': 'application/json', date: serverTime().toUTCString() });
    return response.end(JSON.stringify(body(url.searchParams.get('kind'))));
  }
  if (url.pathname === '/api/v1/definitions') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ bands: { green: { from: 0.9 }, yellow: { from: 0.8 }, orange: { from: 0.7 } } }));
  if (url.pathname === '/api/v1/geometry') return response.writeHead(200, { 'content-type': 'application/geo+json', etag: '"shipped"' }).end(geometry);
  return file(response, url.pathname);
}).listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${options.port}`));

if (options.mode === 'live') setInterval(move, Number(options.every));
if (options.mode !== 'silent') setInterval(() => clients.forEach((client) => client.response.write(tick())), 10_000);
