/** The board of one desk for the people in the hall: whose number is called, and how far each dossier has come, in letters that are read from afar. */
import { useState } from 'preact/hooks';
import { dayMonth } from '../core/times';
import { pageOf, type Board, type Dossier } from './model';
import { asOfSaid, staleSaid } from './words';
import { board, choose, holding, lang, mode, say, settings, take, troubled, turn } from './store';

export function Screen() {
  const { desk, key, kiosk } = settings.value;
  const state = desk === '' ? 'unnamed' : key === null ? 'key' : mode.value;
  return (
    <div class={`desk is-${state}`} data-state={state} data-desk={desk}>
      <header>
        <h1>{desk === '' ? say('desk_page') : say('desk_title', { desk: board.value?.desk ?? desk })} {board.value !== null && <small>{board.value.name}</small>}</h1>
        <p class="at" data-role="as-of">{board.value !== null && asOfSaid(board.value, lang.value)}</p>
        {!kiosk && <Controls />}
      </header>
      {state === 'stale' && board.value !== null && <Stale of={board.value} />}
      <Main state={state} />
    </div>
  );
}

function Stale({ of }: { readonly of: Board }) {
  const [what, why] = staleSaid(of, lang.value);
  return <div class="loud" data-role="stale" role="status"><b>{what}</b><span>{why}</span></div>;
}

function Controls() {
  const { theme } = settings.value;
  return (
    <p class="controls">
      <button type="button" aria-pressed={holding.value} onClick={() => (holding.value = !holding.value)} data-role="hold">{say('hold_pages')}</button>
      <button type="button" lang={lang.value === 'vi' ? 'en' : 'vi'} aria-label={`${say('language_short')} · ${say('language')}`} onClick={() => choose({ lang: lang.value === 'vi' ? 'en' : null })}>{say('language_short')}</button>
      <button type="button" aria-label={say(theme === 'dark' ? 'theme_to_light' : 'theme_to_dark')} onClick={() => choose({ theme: theme === 'dark' ? 'light' : null })}>{say(theme === 'dark' ? 'theme_light' : 'theme_dark')}</button>
    </p>
  );
}

function Main({ state }: { readonly state: string }) {
  const { desk } = settings.value;
  if (state === 'unnamed') return <main class="said"><h2>{say('desk_unnamed')}</h2><p>{say('desk_unnamed_why')}</p></main>;
  if (state === 'unknown') return <main class="said"><h2>{say('desk_unknown', { desk })}</h2></main>;
  if (state === 'key') return <main class="said"><h2>{say('key_wanted', { desk })}</h2><p>{say('key_why')}</p><KeyForm /></main>;
  if (state === 'refused') return <main class="said"><h2>{say('desk_refused')}</h2><p>{say('desk_refused_why', { desk })}</p><KeyForm /></main>;
  if (board.value === null) return <main class="said"><h2>{say('desk_connecting')}</h2>{troubled.value && <p role="status">{say('desk_trouble')}</p>}</main>;
  return <Shown of={board.value} />;
}

function KeyForm() {
  const [wrong, setWrong] = useState(false);
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    setWrong(!take(String(new FormData(event.currentTarget as HTMLFormElement).get('key') ?? '')));
  };
  return (
    <form onSubmit={send} data-form="key">
      <label>{say('key_label')} <input type="password" name="key" autocomplete="off" required /></label> <button>{say('key_send')}</button>
      <p role="status">{wrong && say('key_wrong')}</p>
    </form>
  );
}

const ROWS = 9;
function Shown({ of }: { readonly of: Board }) {
  const [first, ...others] = of.calling;
  return (
    <main class="shown">
      <section class="queue" aria-labelledby="calling">
        <h2 id="calling">{say('calling')}</h2>
        <p class="number" data-role="calling">{first === undefined ? <small>{say('nobody_called')}</small> : first}</p>
        {others.length > 0 && <p class="others">{others.slice(0, 6).join(' · ')}</p>}
        <p data-role="waiting">{say('waiting_count', { n: of.waiting })}</p>
      </section>
      <List name="ready" none="none_ready" dossiers={of.dossiers.filter((one) => one.ready)} />
      <List name="in_hand" none="none_in_hand" dossiers={of.dossiers.filter((one) => !one.ready)} />
    </main>
  );
}

function List({ name, none, dossiers }: { readonly name: 'ready' | 'in_hand'; readonly none: 'none_ready' | 'none_in_hand'; readonly dossiers: readonly Dossier[] }) {
  const { items, page, pages } = pageOf(dossiers, ROWS, turn.value);
  return (
    <section class="list" aria-labelledby={name} data-list={name}>
      <h2 id={name}>{say(name)} <small>{dossiers.length}{pages > 1 && ` · ${say('page_of', { page, pages })}`}</small></h2>
      {items.length === 0 ? <p>{say(none)}</p> : (
        <table>
          <thead><tr><th scope="col">{say('col_digits')}</th><th scope="col">{say('col_step')}</th><th scope="col">{say('col_promised')}</th></tr></thead>
          <tbody>{items.map((one, index) => <tr key={`${one.digits} ${index}`} data-digits={one.digits}><th scope="row">{one.digits}</th><td>{one.step[lang.value]}</td><td>{promised(one)}</td></tr>)}</tbody>
        </table>
      )}
    </section>
  );
}
const promised = ({ promisedOn, paused }: Dossier): string => (paused ? say('clock_stopped') : promisedOn === null ? say('no_date') : dayMonth(promisedOn, true));
