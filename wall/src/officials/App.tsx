/** The officials' page: the lists on the left, one dossier on the right; on a phone one of them. */
import { dayMonth, local, dayOf, timeOf } from '../core/times';
import { Criteria } from './Criteria';
import { FollowUps } from './FollowUps';
import { Board, Mine, NoticeList } from './Lists';
import { One } from './One';
import { PushSwitch } from './PushSwitch';
import { Sheet } from './Sheet';
import { shownAt } from './contact';
import { account, board, boardUnit, choice, choose, lang, mine, mode, nameOf, opened, reach, say, session, signedOut, theme, units, unread, zone } from './store';
import { ALONE, VIEWS, write, type Choice } from './address';
import { named } from './text';

export function App() {
  if (signedOut.value) return <SignedOut />;
  const alone = ALONE.includes(choice.value.view);
  return (
    <div class={`app officials is-${mode.value}`} data-mode={mode.value}>
      <Header />
      <Banner />
      <main class={alone ? 'off alone' : choice.value.dossier === null ? 'off' : 'off has-one'} data-state={session.value === null ? 'connecting' : 'officials'}>
        <section class="mine" aria-labelledby="list-title">{session.value === null ? <h1 id="list-title">{say('connecting')}</h1> : <List />}</section>
        {!alone && <One />}
      </main>
      {session.value !== null && <footer><AsOf /><PushSwitch /></footer>}
    </div>
  );
}

const List = () => ({ mine: <Mine />, board: <Board />, notices: <NoticeList />, sheet: <Sheet />, criteria: <Criteria />, follow_ups: <FollowUps /> })[choice.value.view];

/** A link that is a choice: a plain click changes the page in place, any other opens the same address as a page of its own. */
export function go(event: MouseEvent, part: Partial<Choice>): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  choose(part);
}

function Header() {
  const dark = theme.value === 'dark';
  return (
    <header class="top">
      <a class="logo" href="/officials">{say('product')} <span>{say('officials')}</span></a>
      <nav class="tabs" aria-label={say('parts')}>
        {VIEWS.map((view) => {
          const part = { view, dossier: null };
          const alone = view === 'board' && reach.value.length === 1;
          return (
            <a key={view} data-tab={view} href={location.pathname + write({ ...choice.value, ...part })} aria-current={choice.value.view === view ? 'page' : undefined} onClick={(event) => go(event, part)}>
              {alone ? nameOf(reach.value[0] ?? '') : say(`tab_${view}`)}
              {view === 'notices' && unread.value > 0 && <b data-role="unread"><span aria-hidden="true">{unread.value}</span><span class="vh"> {say('new_notices', { n: unread.value })}</span></b>}
            </a>
          );
        })}
      </nav>
      <div class="tools">
        <Me />
        <button type="button" lang={lang.value === 'vi' ? 'en' : 'vi'} aria-label={`${say('language_short')} · ${say('language')}`} onClick={() => choose({ lang: lang.value === 'vi' ? 'en' : 'vi' })}>{say('language_short')}</button>
        <button type="button" aria-label={say(dark ? 'theme_to_light' : 'theme_to_dark')} onClick={() => choose({ theme: dark ? 'light' : 'dark' })}>{say(dark ? 'theme_light' : 'theme_dark')}</button>
        {session.value !== null && <form method="post" action="/api/v1/session/end"><button>{say('sign_out')}</button></form>}
      </div>
    </header>
  );
}

/** Nobody's name is known here: what somebody is, and where. */
function Me() {
  const grant = session.value?.grants[0];
  if (grant === undefined) return null;
  const [first, second] = grant.units;
  return <span class="me" data-role="me">{named(lang.value, 'role', grant.role)}{first !== undefined && second === undefined && ` · ${nameOf(first)}`}</span>;
}

const at = (): string | null => shownAt(choice.value.view, { mine: mine.value.body?.at ?? null, board: board.value.body?.at ?? null, account: account.value.body?.at ?? null });
function AsOf() {
  const shown = at();
  return <span data-role="as-of">{shown !== null && say('as_of_time', { time: timeOf(shown), date: dayMonth(dayOf(shown), true) })}</span>;
}

function Banner() {
  const link = opened.value;
  const shown = at();
  if (mode.value === 'lost') return <div class="banner loud" data-state="stale"><p role="status">{shown === null ? say('lost_plain') : say('lost_officials', { time: timeOf(shown) })}</p></div>;
  if (mode.value === 'behind') return <div class="banner loud" data-state="stale"><p role="status">{say('behind_officials')}</p></div>;
  if (typeof link === 'string') return <div class="banner quiet" data-state="link"><p role="status">{say(link)}</p></div>;
  return <Silent />;
}

/** The feed of the unit whose dossiers are shown says nothing: the list is of then. */
function Silent() {
  const code = choice.value.view === 'board' ? boardUnit.value : reach.value.length === 1 ? (reach.value[0] ?? null) : null;
  const unit = code === null ? undefined : units.value.get(code);
  if (unit === undefined || !unit.stale || unit.feedSeenAt === null || zone.value === null) return null;
  const seen = local(unit.feedSeenAt, zone.value);
  return <div class="banner quiet" data-state="feed-silent"><p role="status"><span class="sw b-old" aria-hidden="true" /> {say('feed_silent', { unit: unit.name, when: `${seen.time.slice(0, 5)} ${dayMonth(seen.date)}` })}</p></div>;
}

function SignedOut() {
  return (
    <main class="bare-out" data-state="signed-out">
      <h1>{say('out_title')}</h1>
      <p>{say('out_why')}</p>
      <p><a href="/officials">{say('out_again')}</a></p>
    </main>
  );
}
