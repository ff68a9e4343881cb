import { expect, test } from 'vitest';
import { choose, filesOf, fontsOf, isAway, isPage, toDrop } from '../src/worker/shelf';
import { pathOf, shownOf, windowOf } from '../src/worker/told';

const origin = 'http://wall.local';
const asked = (path: string, more: { method?: string; mode?: string } = {}) => choose({ method: 'GET', mode: 'cors', origin, url: new URL(path, origin), ...more });

test('no figure ever comes from the worker: all of the API but the shapes goes to the network', () => {
  expect(['/api/v1/map?kind=all', '/api/v1/stream', '/api/v1/changes?since=1', '/api/v1/feeds', '/sw.js', '/metrics'].map((path) => asked(path))).toEqual(Array(6).fill('NETWORK'));
  expect(asked('/api/v1/geometry?v=abc')).toBe('SHAPE');
});
test('the page is asked of the network first, files with a hash are what they are', () => {
  expect([asked('/wall?kiosk', { mode: 'navigate' }), asked('/wall'), asked('/', { mode: 'navigate' }), asked('/assets/wall-Ab1.js')]).toEqual(['PAGE', 'NETWORK', 'NETWORK', 'KEPT']);
  expect([asked('/assets/x.js', { method: 'POST' }), asked('https://elsewhere.example/assets/x.js')]).toEqual(['NETWORK', 'NETWORK']);
});
test('only a whole page of ours is kept, and only silence of the server brings it back', () => {
  expect([isPage(200, '<script type="module" src="/assets/a.js">'), isPage(503, '<script src="/assets/a.js">'), isPage(200, '<h1>login</h1>')]).toEqual([true, false, false]);
  expect([200, 304, 401, 404, 500, 502, 503, 504].filter(isAway)).toEqual([502, 503, 504]);
});
test('a page is kept with its scripts, sheets and fonts', () => {
  expect(filesOf('<link rel="icon" href="/favicon.svg"><script src="/assets/a-1.js"></script><link rel="modulepreload" href="/assets/b-2.js"><link href="/assets/c.css"><a href="https://x/y.js">')).toEqual(['/favicon.svg', '/assets/a-1.js', '/assets/b-2.js', '/assets/c.css']);
  expect(fontsOf('@font-face{src:url(/assets/f-1.woff2) format("woff2")} x{background:url(/assets/p.png)}')).toEqual(['/assets/f-1.woff2']);
});
test('old files go, oldest first, never those of the kept page', () => {
  const files = Array.from({ length: 63 }, (_, i) => `/assets/${i}.js`);
  expect(toDrop(files, new Set(['/assets/0.js']))).toEqual(['/assets/1.js', '/assets/2.js', '/assets/3.js']);
  expect(toDrop(files.slice(0, 60), new Set())).toEqual([]);
});
test('nothing of the officials\' page is kept or answered by the worker', () => {
  const private_ = ['/officials', '/officials?notice=abc', '/api/v1/session', '/api/v1/session/dossiers?limit=500', '/api/v1/units/20242/dossiers', '/api/v1/dossiers/H17.1-261103-1426/explanation', '/api/v1/notices?mine=true', '/api/v1/officials/stream', '/api/v1/notice-links/abc', '/login'];
  expect(private_.map((path) => asked(path, { mode: path.startsWith('/api') ? 'cors' : 'navigate' }))).toEqual(Array(private_.length).fill('NETWORK'));
});

const MESSAGE = { id: '0a1b2c', title: 'Sắp đến hẹn: hồ sơ H17.31-261116-0001, còn 8 giờ', body: 'Thủ tục: Đăng ký thường trú\nĐơn vị: Phường Hải Châu', link: `${origin}/officials?notice=0a1b2c`, dossier: 'H17.31-261116-0001', count: 1 };
test('a message is shown with the words that came, and said again takes its own place', () => {
  const { title, options } = shownOf(JSON.stringify(MESSAGE), origin);
  expect([title, options]).toEqual([MESSAGE.title, { body: MESSAGE.body, tag: '0a1b2c', lang: 'vi', data: { path: '/officials?notice=0a1b2c' } }]);
  expect(shownOf(JSON.stringify({ ...MESSAGE, body: undefined }), origin).options).toMatchObject({ body: '', tag: '0a1b2c' });
});
test.each(['', '{', '[]', 'null', '"x"', '{}', '{"title":7,"body":"sent by nobody of ours","link":"//elsewhere.example/officials"}'])('whatever comes, something is shown that leads to the officials\' page: %s', (data) => {
  const { title, options } = shownOf(data, origin);
  expect([title, options.body, options.data.path]).toEqual(['Đúng Hẹn', 'Có tin báo mới. · There is a new notice.', '/officials']);
});
test.each(['https://elsewhere.example/officials?notice=a', '//elsewhere.example/officials', `${origin}.elsewhere.example/officials`, 'javascript:alert(1)', `${origin}/api/v1/session/end`, `${origin}@elsewhere.example/officials`, 'http://[', ''])('no link leads elsewhere: %s', (link) => expect(pathOf(link, origin)).toBe('/officials'));
test('a click goes on in the officials\' page that is looked at, else in one that is open, never in a wall or another site', () => {
  const [page, other, wall, elsewhere] = [{ url: `${origin}/officials?view=board` }, { url: `${origin}/officials`, focused: true }, { url: `${origin}/wall`, focused: true }, { url: 'https://elsewhere.example/officials' }];
  expect([windowOf([wall, page, other], origin), windowOf([elsewhere, wall, page], origin), windowOf([elsewhere, wall], origin), windowOf([], origin)]).toEqual([other, page, undefined, undefined]);
});
