/** <ban-do-the-che window rate kind unit language theme server>: the map or one unit on any page, in a shadow root of its own. One script, nothing else is loaded but figures. */
import { signal } from '@preact/signals';
import { h, render } from 'preact';
import type { Edges } from '../core/figures';
import { answerOf, moment, WAIT_MS } from '../live/browser';
import { followEdges } from '../live/edges';
import { loadGeometry } from '../map/geometry';
import embedCss from '../styles/embed.css?inline';
import mapCss from '../styles/map.css?inline';
import tokensCss from '../styles/tokens.css?inline';
import { Feed } from './feed';
import { Widget } from './Widget';
import { ATTRIBUTES, wishes } from './wishes';

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';
const ORIGIN = script === '' ? location.origin : new URL(script).origin;
const NARROW_PX = 560;
const FOREIGN: RequestInit = { credentials: 'omit' };

const css = [tokensCss, mapCss, embedCss].join('\n').replaceAll(':root', '.root'); // the page's root is not ours

class BanDoTheChe extends HTMLElement {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;
  private readonly asked = signal(this.wanted());
  private readonly edges = signal<Edges | null>(null);
  private readonly narrow = signal(true);
  private readonly dark = signal(false);
  private readonly darkSystem = matchMedia('(prefers-color-scheme: dark)');
  private readonly sizes = new ResizeObserver(([entry]) => (this.narrow.value = (entry?.contentRect.width ?? 0) < NARROW_PX));
  private readonly fetch = (path: string) => answerOf(this.asked.peek().server + path, { ...FOREIGN, signal: AbortSignal.timeout(WAIT_MS) });
  private readonly feed = new Feed({ fetch: this.fetch, now: moment, hidden: () => document.hidden }, this.asked.peek().question);
  private timer: ReturnType<typeof setInterval> | undefined;
  private unlearn = (): void => undefined;

  private wanted() {
    return wishes((name) => this.getAttribute(name), ORIGIN);
  }
  private readonly dress = (): void => {
    this.dark.value = this.asked.peek().dark ?? this.darkSystem.matches;
  };

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    this.asked.value = this.wanted();
    this.dress();
    render(h(Widget, { feed: this.feed, edges: this.edges, wishes: this.asked, dark: this.dark, narrow: this.narrow }), root);
    this.sizes.observe(this);
    this.darkSystem.addEventListener('change', this.dress);
    this.feed.ask(this.asked.peek().question);
    this.timer = setInterval(() => this.feed.watch(), 1000);
    this.learn();
  }

  disconnectedCallback(): void {
    clearInterval(this.timer);
    this.unlearn();
    this.sizes.disconnect();
    this.darkSystem.removeEventListener('change', this.dress);
    if (this.shadowRoot) render(null, this.shadowRoot);
  }

  attributeChangedCallback(): void {
    if (!this.isConnected) return;
    const { server } = this.asked.peek();
    this.asked.value = this.wanted();
    this.dress();
    if (this.asked.peek().server !== server) this.learn();
    this.feed.ask(this.asked.peek().question);
  }

  /** Where the bands begin by the server that is asked, and the areas of the map, which one unit needs none of. */
  private learn(): void {
    const { server, unit } = this.asked.peek();
    if (unit === null) void loadGeometry((url, init) => fetch(server + url, { ...init, credentials: 'omit' }));
    this.unlearn();
    this.edges.value = null;
    this.unlearn = followEdges(this.fetch, (told) => {
      if (JSON.stringify(told) !== JSON.stringify(this.edges.peek())) this.edges.value = told;
    });
  }
}

if (customElements.get('ban-do-the-che') === undefined) customElements.define('ban-do-the-che', BanDoTheChe);
