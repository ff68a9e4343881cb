/** The few controls of a wall that is not in kiosk mode; each writes the address, so that what was set up stays. */
import { choosePalette, palette } from '../styles/palette';
import { choose, held, lang, nextScene, pinned, say, scene, settings, toggleHeld, turnOn } from './store';

const DISTANCES = [3, 5, 10] as const;

export function Controls() {
  const { distance, theme } = settings.value;
  const dark = theme === 'dark';
  const other = palette.value === 'official' ? 'apart' : 'official';
  return (
    <div class="controls" role="toolbar" aria-label={say('controls')}>
      <span class="m">{say(`scene_${scene.value.scene}`)}</span>
      <button type="button" class="pause" aria-pressed={held.value !== null} onClick={toggleHeld}>{say(held.value === null ? 'pause' : 'resume')}</button>
      <button type="button" onClick={nextScene}>{say('next_scene')}</button>
      {pinned.value !== null && held.value === null && <button type="button" onClick={turnOn}>{say('turning')}</button>}
      <label>{say('distance')} <select name="distance" value={String(distance)} onChange={(event) => choose({ distance: event.currentTarget.value === '3' ? null : event.currentTarget.value })}>
        {[...new Set<number>([...DISTANCES, distance])].sort((a, b) => a - b).map((metres) => <option key={metres} value={metres} selected={metres === distance}>{say('metres', { n: metres })}</option>)}
      </select></label>
      <button type="button" lang={lang.value === 'vi' ? 'en' : 'vi'} onClick={() => choose({ lang: lang.value === 'vi' ? 'en' : null })}><span class="vh">{say('language')}</span><span aria-hidden="true">{say('language_short')}</span></button>
      <button type="button" aria-label={say(dark ? 'theme_to_light' : 'theme_to_dark')} onClick={() => choose({ theme: dark ? 'light' : null })}>{say(dark ? 'theme_light' : 'theme_dark')}</button>
      <button type="button" data-role="colours" onClick={() => choosePalette(other)}>{say(`colours_${other}`)}</button>
      <button type="button" onClick={() => choose({ kiosk: '' })}>{say('kiosk')}</button>
    </div>
  );
}
