/** What a push from our server shows, and where a click on it leads: pure. Whatever comes, something is shown (a browser asks for that), and nothing leads elsewhere. */
export interface Shown {
  readonly title: string;
  readonly options: { readonly body: string; readonly tag: string; readonly lang: string; readonly data: { readonly path: string } };
}
const HOME = '/officials';
/** Where nothing can be read: Vietnamese first. */
const PLAIN = { title: 'Đúng Hẹn', body: 'Có tin báo mới. · There is a new notice.' };
const MOST = { title: 200, body: 2000, tag: 64 };

const text = (value: unknown, most: number): string => (typeof value === 'string' ? value.slice(0, most) : '');
function read(data: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(data);
    return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** The path of the officials' page that a message leads to; its front where the link is of another place, whoever wrote it. */
export function pathOf(link: string, origin: string): string {
  try {
    const url = new URL(link, origin);
    return url.origin === origin && url.pathname === HOME ? url.pathname + url.search : HOME;
  } catch {
    return HOME;
  }
}

/** `data`: what alerts has sent (`push_channel.payload`), as text. The same message said again takes the place of the one before: its `id` is the tag. */
export function shownOf(data: string, origin: string): Shown {
  const said = read(data);
  const title = text(said['title'], MOST.title);
  const body = title === '' ? PLAIN.body : text(said['body'], MOST.body);
  return { title: title === '' ? PLAIN.title : title, options: { body, tag: text(said['id'], MOST.tag), lang: 'vi', data: { path: pathOf(text(said['link'], MOST.body), origin) } } };
}

/** Of the open windows the one to go on in: an officials' page, the one that is looked at first. */
export function windowOf<Window extends { readonly url: string; readonly focused?: boolean }>(windows: readonly Window[], origin: string): Window | undefined {
  const pages = windows.filter(({ url }) => new URL(url).origin === origin && new URL(url).pathname === HOME);
  return pages.find(({ focused }) => focused === true) ?? pages[0];
}
