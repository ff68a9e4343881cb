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
/** What an hour or a day ago was: some units a little better or worse, at made-up minutes. */
function changes(since) {
  const span = (serverTime() - Date.parse(since)) / 1000;
  const units = data.units.filter((unit, i) => unit.denominator > 40 && i % 7 === 3);
  const before = Object.fromEntries(units.map((unit, i) => {
    const numerator = Math.min(unit.denominator, unit.numerator + Math.round(unit.denominator * (i % 3 === 0 ? -0.011 : 0.017)));
    const was = { ...unit, numerator, value: numerator / unit.denominator, overdue: Math.max(0, unit.overdue - (i % 4)), finished: Math.max(0, (unit.finished ?? 0) - 3 * i) };
    const at = new Date(serverTime() - (span * 1000 * (i + 1)) / (units.length + 1)).toISOString();
    return [unit.code, { ...was, band: band(was), changed_at: at, band_changed_at: at }];
  }));
  return { version: data.version, since, units, before };
}
const SHORTS = new Map([['Sở Nông nghiệp và Môi trường', 'NN&MT'], ['Sở Khoa học và Công nghệ', 'KH&CN'], ['Sở Giáo dục và Đào tạo', 'GD&ĐT'], ['Sở Văn hóa, Thể thao và Du lịch', 'VH-TT-DL'], ['Sở Dân tộc và Tôn giáo', 'DT&TG']]);
const feeds = () => ({ version: data.version, feeds: data.units.slice(0, 38).map((unit) => ({ source: `lgsp-${unit.code}`, seen_at: unit.feed_seen_at, missing: unit.stale ? 12 : 0, stale: unit.stale, units: [unit.code] })).concat(
  data.units.slice(38).filter((unit) => unit.stale).map((unit) => ({ source: `lgsp-${unit.code}`, seen_at: unit.feed_seen_at, missing: 0, stale: true, units: [unit.code] }))) });
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2' };
const clients = new Set();

const unitsOf = (kind) => (options.mode === 'empty' ? [] : data.units.filter((unit) => !kind || kind === 'all' || unit.kind === kind));
const body = (kind) => ({ ...data, units: unitsOf(kind) });
const event = (type, id, value) => `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(value)}\n\n`;
const tick = () => `event: tick\ndata: ${JSON.stringify({ server_time: serverTime().toISOString(), kafka_lag_seconds: options.mode === 'behind' ? 840 : 0.4, feeds: [] })}\n\n`;

const band = (unit) => bandOf(unit.numerator, unit.denominator);
function bandOf(numerator, denominator) {
  if (denominator === 0) return 'none';
  const per = numerator * 100;
  return per >= 90 * denominator ? 'green' : per >= 80 * denominator ? 'yellow' : per >= 70 * denominator ? 'orange' : 'red';
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
    const units = moving.filter((unit) => client.kind === 'all' || unit.kind === client.kind);
    client.response.write(event('change', data.version, { version: data.version, city: data.city, units }));
  }
}

/** A made-up unit in the shape of /units/{code}: the same row in every window, a past that waves, with a gap. */
function unitOf(row) {
  const rate = ({ numerator, denominator, few, band, low, high, trend }, share = 1) => ({ value: denominator ? (numerator * share) / denominator : null, numerator: Math.floor(numerator * share), denominator, few, band: share === 1 ? band : bandOf(Math.floor(numerator * share), denominator), low, high, trend });
  const rates = { official: rate(row), resolved: rate(row, 0.99), due_cohort: rate(row, 0.95), statutory: rate(row, 0.88) };
  const early = Math.floor(row.numerator * 0.4), onDay = Math.floor(row.numerator * 0.35), late = Math.max(0, row.denominator - row.numerator - row.overdue);
  const pending = row.numerator - early - onDay;
  const day = (back) => new Date(started - back * 86400000 + 7 * 3600000).toISOString().slice(0, 10);
  const window = (first) => ({ first, last: data.as_of, counts: { received: row.received, early, on_day: onDay, late }, rates });
  const point = (back) => {
    const n = back > 40 && back < 46 ? 0 : Math.max(0, Math.round(row.denominator * (0.7 + 0.2 * Math.sin(back / 3))));
    const figure = (share) => ({ value: n ? share : null, numerator: Math.round(n * share), denominator: n });
    const wave = Math.min(1, (row.value ?? 0.9) + 0.03 * Math.sin(back / 7));
    return { day: day(back), rates: { official: figure(wave), resolved: figure(Math.min(1, wave + 0.03)), due_cohort: figure(wave - 0.04), statutory: figure(wave - 0.12) } };
  };
  const windows = Object.fromEntries(['today', '7d', '30d', '90d', 'month', 'quarter', 'year'].map((name) => [name, window(day(30))]));
  return { version: data.version, as_of: data.as_of, known_at: data.known_at, code: row.code, name: row.name, short: '', kind: row.kind, type: row.type ?? '', feed_seen_at: row.feed_seen_at, stale: row.stale, pending, overdue: row.overdue, paused: row.paused, due_today: row.due_today, due_today_left: row.due_today_left ?? 0, received_today: 1, finished_today: 1, windows, daily: [], trail: { days: 30, points: Array.from({ length: 90 }, (_, i) => point(89 - i)) } };
}
function unit(response, code) {
  const row = data.units.find((one) => one.code === code);
  return response.writeHead(row ? 200 : 404, { 'content-type': 'application/json', 'access-control-allow-origin': '*' }).end(JSON.stringify(row ? unitOf(row) : { code: 'UNKNOWN_UNIT' }));
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
  const name = path === '/' ? 'index.html' : path === '/wall' ? 'wall.html' : normalize(path).replace(/^[/\\]+/, '');
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
    response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*', date: serverTime().toUTCString() });
    return response.end(JSON.stringify(body(url.searchParams.get('kind'))));
  }
  if (url.pathname.startsWith('/api/v1/units/')) return unit(response, url.pathname.split('/')[4]);
  if (url.pathname === '/api/v1/definitions') return response.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' }).end(JSON.stringify({ bands: { green: { from: 0.9 }, yellow: { from: 0.8 }, orange: { from: 0.7 } } }));
  if (url.pathname === '/api/v1/geometry') return response.writeHead(200, { 'content-type': 'application/geo+json', 'access-control-allow-origin': '*', etag: '"shipped"' }).end(geometry);
  const json = (value) => response.writeHead(200, { 'content-type': 'application/json', date: serverTime().toUTCString() }).end(JSON.stringify(value));
  if (url.pathname === '/api/v1/changes') return json(changes(url.searchParams.get('since')));
  if (url.pathname === '/api/v1/units') return json({ version: data.version, units: data.units.map(({ code, name, kind }) => ({ code, name, short: kind === 'department' ? (SHORTS.get(name) ?? '') : '' })) });
  if (url.pathname === '/api/v1/feeds') return json(feeds());
  if (url.pathname === '/api/v1/wall-reports') return request.on('data', (said) => console.log(String(said))).on('end', () => response.writeHead(204).end());
  return file(response, url.pathname);
}).listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${options.port}`));

if (options.mode === 'live') setInterval(move, Number(options.every));
if (options.mode !== 'silent') setInterval(() => clients.forEach((client) => client.response.write(tick())), 10_000);
