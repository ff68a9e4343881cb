/** The figures of one element: asked for now and then, with the age of what is held; other sites' pages open no stream of their own. */
import { signal, type Signal } from '@preact/signals';
import { asked } from '../core/address';
import { elapsed, QUIET_SECONDS, type Moment } from '../core/freshness';
import type { Question } from '../core/model';
import { ask, begin, step, type State } from '../live/state';
import type { Answer } from '../live/stream';

/** `fetch` fails where there is no answer within a time. */
export interface FeedPorts { readonly fetch: (path: string) => Promise<Answer>; readonly now: () => Moment; readonly hidden: () => boolean }
const AGAIN_SECONDS = QUIET_SECONDS * 0.8; // before what is held would be called old

export class Feed {
  readonly state: Signal<State>;
  readonly beat: Signal<Moment>;
  private askedAt: Moment | null = null;
  private looking: Question | null = null;

  constructor(private readonly ports: FeedPorts, private question: Question) {
    this.state = signal(begin(question));
    this.beat = signal(ports.now());
  }

  ask(question: Question): void {
    this.question = question;
    this.state.value = ask(this.state.value, question);
    this.askedAt = null;
    this.watch();
  }

  /** To be called about once a second. A page that nobody looks at asks for nothing. */
  watch(): void {
    this.beat.value = this.ports.now();
    if (this.ports.hidden() || this.looking === this.question || (this.askedAt !== null && elapsed(this.askedAt, this.beat.value) < AGAIN_SECONDS)) return;
    this.askedAt = this.beat.value;
    void this.look(this.question);
  }

  private async look(question: Question): Promise<void> {
    const since = this.ports.now();
    this.looking = question;
    const answer = await this.ports.fetch(`/api/v1/map?${asked(question)}`).catch(() => null);
    if (question !== this.question) return;
    this.looking = null;
    const message = answer?.status === 200 ? ({ type: 'map', question, body: answer.body, date: answer.date, asked: since } as const) : ({ type: 'trouble', status: answer?.status ?? null } as const);
    this.state.value = step(this.state.value, message, this.ports.now());
  }
}
