/** Messages that came while the page was busy are drawn together: a computer that draws slower than they come never falls behind. */
import { options } from 'preact';

/** From now on a drawing waits its turn behind the messages that are there already; what they change is drawn once. */
export function joinDrawings(): void {
  const { port1, port2 } = new MessageChannel(); // not the next frame: a page that is not in sight has none
  let draw = (): void => undefined;
  port1.onmessage = () => draw();
  options.debounceRendering = (next) => {
    draw = next;
    port2.postMessage(null);
  };
}
