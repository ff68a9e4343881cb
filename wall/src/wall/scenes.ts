/** Which scene a wall shows now: a function of its settings and the server's clock, so that all walls turn together and none can stand still. */
import { within, type SceneName, type Settings } from './settings';

export interface Facts {
  /** The server's clock in seconds since 1970 and the city's minute of the day; null until told. */
  readonly now: number | null; readonly minute: number | null;
  /** Are there figures to compare with yesterday's, and did anything change in the last hour. */
  readonly briefed: boolean; readonly changed: boolean;
}
export interface Turn { readonly scene: SceneName; readonly reason: 'ONLY' | 'TURN' | 'NO_CLOCK' | 'MORNING' }

/** In the morning the briefing has every second turn; outside of it, none. A scene that has nothing to say is left out. */
export function turn(settings: Settings, facts: Facts): Turn {
  const morning = facts.briefed && settings.scenes.includes('briefing') && settings.briefing !== null && facts.minute !== null && within(settings.briefing, facts.minute);
  const others = settings.scenes.filter((name) => name !== 'briefing' && (name !== 'changes' || facts.changed));
  const round: readonly SceneName[] = others.length > 0 ? others : [morning ? 'briefing' : 'map'];
  const order = morning && others.length > 0 ? round.flatMap((name): SceneName[] => ['briefing', name]) : round;
  if (order.length === 1) return { scene: order[0]!, reason: 'ONLY' };
  if (facts.now === null) return { scene: order[0]!, reason: 'NO_CLOCK' };
  const scene = order[Math.floor(facts.now / settings.turnSeconds) % order.length]!;
  return { scene, reason: scene === 'briefing' ? 'MORNING' : 'TURN' };
}

/** The scene after this one among those that may be shown: for the button, which also stops the turning. */
export function following(settings: Settings, scene: SceneName): SceneName {
  const at = settings.scenes.indexOf(scene);
  return settings.scenes[(at + 1) % settings.scenes.length] ?? 'map';
}
