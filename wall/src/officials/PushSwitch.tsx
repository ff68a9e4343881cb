/** The switch for messages of this browser; not there where the server or the browser has none. */
import { useEffect, useState } from 'preact/hooks';
import { standing, switchOff, switchOn, type Push } from './push';
import { say } from './store';

export function PushSwitch() {
  const [push, setPush] = useState<Push>('none');
  useEffect(() => void standing().then(setPush), []);
  if (push === 'none') return null;
  const turn = (): void => void (push === 'on' ? switchOff() : switchOn()).then(setPush);
  return (
    <span class="push" data-push={push}>
      {push === 'denied' ? say('push_denied') : <button type="button" class="link" aria-pressed={push === 'on'} onClick={turn}>{say(push === 'on' ? 'push_off' : 'push_on')}</button>}
      {push === 'failed' && <span role="status"> {say('push_failed')}</span>}
    </span>
  );
}
