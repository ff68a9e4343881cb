/** The switch for messages of this browser; not there where the server or the browser has none. */
import { useEffect, useState } from 'preact/hooks';
import { standing, switchOff, switchOn, type Push } from './push';
import { mode, say } from './store';

export function PushSwitch() {
  const [push, setPush] = useState<Push>('none');
  const live = mode.value === 'live';
  useEffect(() => { if (live) void standing().then(setPush); }, [live]);
  if (push === 'none') return null;
  const turn = (): void => void (push === 'on' ? switchOff() : switchOn()).then(setPush);
  return (
    <span class="push" data-push={push}>
      <button type="button" class="link" onClick={turn}>{say(push === 'on' ? 'push_off' : 'push_on')}</button>
      <span role="status">{push !== 'on' && push !== 'off' && ` ${say(`push_${push}`)}`}</span>
    </span>
  );
}
