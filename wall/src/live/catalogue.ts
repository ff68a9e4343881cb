/** The catalogue of indicators, fetched beside the first picture and again every few minutes: a policy may bring another set. */
import { signal } from '@preact/signals';
import { catalogueOf, type Catalogue } from '../core/catalogue';
import type { Ports } from './stream';

/** Null until it has come. */
export const catalogue = signal<Catalogue | null>(null);

const AGAIN_MS = 5_000;
const POLICY_MS = 300_000;

async function load(ports: Pick<Ports, 'fetch'>, still: () => boolean): Promise<boolean> {
  try {
    const answer = await ports.fetch('/api/v1/indicators');
    if (answer.status !== 200) return false;
    const came = catalogueOf(answer.body);
    if (catalogue.peek() !== null && still()) return true;
    if (JSON.stringify(came) !== JSON.stringify(catalogue.peek())) catalogue.value = came;
    return true;
  } catch {
    return false; // no answer, or one that does not fit: what is shown stays
  }
}

/** Loads it, again soon where it did not come, and now and then; what is there is left while all stands `still`. */
export async function followCatalogue(ports: Pick<Ports, 'fetch'>, still: () => boolean = () => false): Promise<void> {
  const came = await load(ports, still);
  setTimeout(() => void followCatalogue(ports, still), came ? POLICY_MS : AGAIN_MS);
}
