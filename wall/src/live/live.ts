/** One live picture as signals, for any page: what has come, how old it is, where the bands begin. */
import { batch, signal, type Signal } from '@preact/signals';
import { EDGES, type Edges } from '../core/figures';
import type { Moment } from '../core/freshness';
import type { Question } from '../core/model';
import { followEdges } from './edges';
import { ask, begin, step, type State } from './state';
import { Line, type Message, type Ports } from './stream';

export interface Live {
  readonly state: Signal<State>;
  /** Both browser clocks, read about once a second; ages on screen depend on it. */
  readonly beat: Signal<Moment>;
  /** Where the bands begin, as /definitions says it now. */
  readonly edges: Signal<Edges>;
  /** Seconds until the line is opened anew, if nothing comes until then; null while there is none. */
  readonly nextTry: Signal<number | null>;
  /** Another question: the old picture stays, with its own labels, until the new one comes. */
  readonly ask: (question: Question) => void;
  /** Moves the state by a message that did not come from the line (a kept picture). */
  readonly tell: (message: Message) => void;
  /** Opens the line and keeps watch until the page goes. */
  readonly start: () => void;
}

export function live(ports: Ports, question: Question): Live {
  const [state, beat, edges] = [signal(begin(question)), signal(ports.now()), signal(EDGES)];
  const tell = (message: Message): void => batch(() => {
    beat.value = ports.now();
    state.value = step(state.value, message, beat.value);
    if (state.value.fault === null) line.trust();
    else line.doubt();
    if ((state.value.freshness?.late ?? 0) > 0) line.glance();
  });
  const nextTry = signal<number | null>(null);
  const line = new Line(ports, tell);
  const pulse = (): void => {
    beat.value = ports.now();
    line.watch();
    nextTry.value = line.untilNextTry();
  };
  return {
    state, beat, edges, nextTry, tell,
    ask: (next) => {
      state.value = ask(state.value, next);
      line.ask(next);
    },
    start: () => {
      line.ask(question);
      followEdges(ports.fetch, (told) => {
        if (JSON.stringify(told) !== JSON.stringify(edges.peek())) edges.value = told;
      });
      setInterval(pulse, 1000);
      document.addEventListener('visibilitychange', pulse);
      addEventListener('pageshow', pulse);
      addEventListener('pagehide', (event) => event.persisted || line.close());
    },
  };
}
