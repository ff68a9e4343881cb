/** The system works and has no unit of this bloc: said in words, never as 0 %. */
import type { Picture } from '../core/picture';
import { dayMonth } from '../core/times';
import { GhostMap } from '../map/CityMap';
import { Age } from './Footer';
import { say } from './store';

export function Empty({ picture }: { readonly picture: Picture }) {
  return (
    <main class="bare" data-state="empty">
      <GhostMap />
      <div>
        <h1>{say('empty')}</h1>
        <p>{say('empty_why')}</p>
        <dl>
          <dt>{say('fact_age')}</dt><dd><Age /></dd>
          <dt>{say('fact_day')}</dt><dd>{dayMonth(picture.asOf, true)}</dd>
          <dt>{say('fact_version')}</dt><dd>{picture.version}</dd>
        </dl>
      </div>
    </main>
  );
}
