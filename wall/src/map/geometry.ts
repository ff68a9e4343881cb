/** The geometry that the map is drawn with: fetched apart from script and figures, and again when a tick names another one. */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Unit } from '../core/model';
import { geometryOf, type Geometry } from './layout';

/** null until it has come; 'absent' where there is none for this city, or it cannot be had: all units are tiles then. */
export const geometry = signal<Geometry | 'absent' | null>(null);
export const drawn = computed<Geometry | null>(() => (geometry.value === 'absent' ? null : geometry.value));

const places = computed(() => new Set(drawn.value?.features.map((feature) => feature.id)));
/** True when the map has a place for this unit; others are shown in the panel. */
export const hasPlace = (unit: Pick<Unit, 'code'>): boolean => places.value.has(unit.code);

type Fetch = (url: string, init: { readonly cache: RequestCache }) => Promise<Pick<Response, 'ok' | 'status' | 'headers' | 'json'>>;
const AGAIN_MS = 5000;
let held: string | null = null;
let asking = false;

/** `id`: the one that a tick named, which may be kept for ever; without: whichever is there now. What is shown stays until the next one is here. */
export async function loadGeometry(ask: Fetch, id = ''): Promise<void> {
  if (asking) return;
  asking = true;
  const answer = await ask(`/api/v1/geometry${id === '' ? '' : `?v=${id}`}`, { cache: id === '' ? 'no-cache' : 'default' }).catch(() => null);
  const came = answer?.ok === true ? geometryOf(await answer.json().catch(() => null)) : null;
  asking = false;
  if (came !== null) {
    held = answer?.headers.get('etag')?.replace(/^W\/|"/g, '') ?? id;
    geometry.value = came;
  } else if (answer?.status === 404) {
    held = id; // no place for this city on it: asked again when there is another one
    geometry.value = 'absent';
  } else {
    geometry.value ??= 'absent';
    setTimeout(() => void loadGeometry(ask), AGAIN_MS * (0.75 + Math.random() / 2));
  }
}

/** Loads it, and each other one that a tick names. */
export function followGeometry(state: ReadonlySignal<{ readonly geometry: string | null }>, ask: Fetch = (url, init) => fetch(url, init)): void {
  const told = computed(() => state.value.geometry);
  void loadGeometry(ask).then(() => effect(() => {
    if (told.value !== null && told.value !== held) void loadGeometry(ask, told.value);
  }));
}
