/**
 * The line to the server: one GET /map for the first picture and the Date, one EventSource for all that follows, and a watchdog.
 * A question about another day has no stream: its answer is asked for again and again, since dossiers still change what they tell of it.
 * The browser reconnects by itself with Last-Event-ID; what it cannot notice (a silent line, a refused stream) the watchdog does.
 */
import { asked } from '../core/address';
import { elapsed, QUIET_SECONDS, type Moment } from '../core/freshness';
import { isLive, type Question } from '../core/model';

/** What an EventSource hands over; `lastEventId` stays that of the last event that had one. */
export interface Heard { readonly data?: unknown; readonly lastEventId?: string }
export interface Source {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: Heard) => void): void;
  close(): void;
}
export interface Answer { readonly status: number; readonly date: string | null; readonly body: unknown }
export interface Ports {
  readonly open: (url: string) => Source;
  /** Fails where there is no answer within a time, and when `dropped` is aborted. */
  readonly fetch: (url: string, dropped?: AbortSignal) => Promise<Answer>;
  readonly now: () => Moment;
  readonly random: () => number;
}
export type Message =
  | { readonly type: 'map'; readonly question: Question; readonly body: unknown; readonly date: string | null; readonly asked: Moment }
  | { readonly type: 'snapshot' | 'change' | 'tick'; readonly question: Question; readonly body: unknown }
  | { readonly type: 'kept'; readonly question: Question; readonly body: unknown; readonly date: string | null; readonly wall: number } // from an earlier run; wall: when it was kept
  | { readonly type: 'trouble'; readonly status: number | null } // null: no answer at all
  | { readonly type: 'opening'; readonly attempt: number; readonly resumed: boolean } // resumed: from the last id on, so what is held stays whole
  | { readonly type: 'open' };

const AGAIN_SECONDS = QUIET_SECONDS / 2; // well before the picture would be called lost
const LOOK_SECONDS = 20;
const [LEAST_SECONDS, MOST_SECONDS, CALM_SECONDS] = [5, 60, 180]; // of a doubt: its first pause, its longest, and after how long it is a new one
const CLOSED = 2; // EventSource.CLOSED: the browser has given up
const EVENTS = ['snapshot', 'change', 'tick'] as const;

export class Line {
  private source: Source | null = null;
  private question: Question | null = null;
  private heard: Moment;
  private retryAt: Moment | null = null;
  private retryAfter = 0;
  private attempt = 0;
  private lastId = '';
  private doubtful = false;
  private doubts = 0;
  private doubted: Moment | null = null;
  /** The one question of our own that is on its way. */
  private looking: { readonly question: Question; readonly since: Moment; readonly dropped: AbortController } | null = null;
  private glanced: Moment | null = null;

  constructor(private readonly ports: Ports, private readonly told: (message: Message) => void) {
    this.heard = ports.now();
  }

  ask(question: Question): void {
    this.question = question;
    this.attempt = 0;
    this.lastId = '';
    this.reopen();
  }

  close(): void {
    this.source?.close();
    this.drop();
    this.source = null;
    this.question = null;
  }

  /** Something did not fit: a whole picture is asked for after a pause, longer each time that it did not help. */
  doubt(): void {
    if (this.doubtful) return;
    const now = this.ports.now();
    this.doubts = this.doubted === null || elapsed(this.doubted, now) > CALM_SECONDS ? 0 : this.doubts + 1;
    this.doubted = this.retryAt = now;
    this.retryAfter = Math.min(MOST_SECONDS, LEAST_SECONDS * 2 ** this.doubts);
    this.doubtful = true;
  }

  /** A whole picture came: nothing is in doubt. */
  trust(): void {
    if (!this.doubtful) return;
    this.doubtful = false;
    if (this.source?.readyState !== CLOSED) this.retryAt = null;
  }

  /** What the stream says comes late, or the server's clock stands where it cannot be: an answer of now says more. The stream goes on. */
  glance(): void {
    if (this.question === null || (this.glanced !== null && elapsed(this.glanced, this.ports.now()) < AGAIN_SECONDS)) return;
    this.glanced = this.ports.now();
    void this.look(this.question);
  }

  /** To be called about once a second, and when the page becomes visible again. */
  watch(): void {
    if (this.question === null) return;
    const left = this.untilNextTry();
    if (left !== null && (this.retryAt !== null ? left <= 0 : left < 0)) this.reopen();
  }

  /** Seconds until `watch` opens the line anew, if nothing comes until then; negative when it is due. Null without a question. */
  untilNextTry(): number | null {
    if (this.question === null) return null;
    const now = this.ports.now();
    if (this.retryAt !== null) return this.retryAfter - elapsed(this.retryAt, now);
    return (isLive(this.question) ? QUIET_SECONDS : AGAIN_SECONDS) - elapsed(this.heard, now);
  }

  private reopen(): void {
    const question = this.question;
    if (question === null) return;
    this.source?.close();
    this.attempt += 1;
    this.heard = this.ports.now();
    this.retryAt = null;
    if (this.doubtful) {
      this.lastId = '';
      this.drop(); // what is on its way may be from before the doubt
    }
    this.doubtful = false;
    this.told({ type: 'opening', attempt: this.attempt, resumed: this.lastId !== '' });
    void this.look(question);
    if (isLive(question)) this.listen(question);
    else this.source = null;
  }

  private listen(question: Question): void {
    const from = this.lastId === '' ? '' : `&last_event_id=${encodeURIComponent(this.lastId)}`;
    const source = this.ports.open(`/api/v1/stream?${asked(question)}${from}`);
    this.source = source;
    const current = (): boolean => this.source === source;
    source.addEventListener('open', () => current() && this.told({ type: 'open' }));
    source.addEventListener('error', () => current() && this.failed(source));
    for (const type of EVENTS) source.addEventListener(type, (event) => current() && this.received(type, question, event));
  }

  private received(type: (typeof EVENTS)[number], question: Question, event: Heard): void {
    let body: unknown;
    try {
      body = JSON.parse(String(event.data));
    } catch {
      return this.told({ type, question, body: null }); // counted as silence
    }
    this.heard = this.ports.now();
    this.attempt = 0;
    this.lastId = event.lastEventId ?? '';
    this.told({ type, question, body });
  }

  private failed(source: Source): void {
    this.told({ type: 'trouble', status: null });
    if (source.readyState !== CLOSED) return;
    this.retryAt = this.ports.now();
    this.retryAfter = Math.min(15, 2 ** Math.min(this.attempt, 4)) * (0.75 + this.ports.random() / 2);
  }

  /** One at a time: who asked again and again would never wait for a slow answer, or show an earlier one after a later. */
  private async look(question: Question): Promise<void> {
    const since = this.ports.now();
    if (this.looking?.question === question && elapsed(this.looking.since, since) < LOOK_SECONDS) return;
    this.drop();
    const mine = (this.looking = { question, since, dropped: new AbortController() });
    const answer = await this.ports.fetch(`/api/v1/map?${asked(question)}`, mine.dropped.signal).catch(() => null);
    if (this.looking !== mine) return;
    this.looking = null;
    if (answer?.status === 200) this.told({ type: 'map', question, body: answer.body, date: answer.date, asked: since });
    else this.told({ type: 'trouble', status: answer?.status ?? null });
  }

  private drop(): void {
    this.looking?.dropped.abort();
    this.looking = null;
  }
}
