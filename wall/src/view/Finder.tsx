/** Finding units by name and turning the order, above the table. What is typed stays in the address, as no step of its own in the history. */
import { search } from '../core/search';
import { HIGHEST_FIRST, LOWEST_FIRST, orderWord, type Order } from '../core/sorting';
import type { Picture } from '../core/picture';
import { choice, choose, say } from './store';

export function Finder({ picture }: { readonly picture: Picture }) {
  const { search: typed, order } = choice.value;
  const found = search(picture.units, typed);
  const enter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && found[0] !== undefined) choose({ unit: found[0].code });
    if (event.key === 'Escape') choose({ search: '' }, 'same');
  };
  return (
    <div class="finder" role="search">
      <label class="pick">
        <span>{say('search')}</span>
        <input type="search" name="q" value={typed} placeholder={say('search_hint')} autocomplete="off" spellcheck={false} onInput={(event) => choose({ search: event.currentTarget.value }, 'same')} onKeyDown={enter} />
      </label>
      <span class="found" role="status">{typed === '' ? '' : say('search_found', { n: found.length })}</span>
      <div class="orders" role="group" aria-label={say('order')}>
        <Way order={LOWEST_FIRST} words="lowest_first" now={order} /><Way order={HIGHEST_FIRST} words="highest_first" now={order} />
      </div>
    </div>
  );
}

function Way({ order, words, now }: { readonly order: Order; readonly words: 'lowest_first' | 'highest_first'; readonly now: Order }) {
  return <button type="button" aria-pressed={orderWord(order) === orderWord(now)} onClick={() => choose({ order })}>{say(words)}</button>;
}
