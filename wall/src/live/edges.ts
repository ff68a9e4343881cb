/** Where the bands begin, as /definitions says it: asked for until it is known, and again every few minutes, since a policy may bring others. */
import { edgesOf, type Edges } from '../core/figures';
import type { Answer } from './stream';

const [AGAIN_MS, POLICY_MS] = [5_000, 300_000];

/** Hands over what is told; returns what ends it. */
export function followEdges(fetch: (path: string) => Promise<Answer>, take: (edges: Edges) => void): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (): Promise<void> => {
    const answer = await fetch('/api/v1/definitions').catch(() => null);
    if (over) return;
    const told = answer?.status === 200 ? edgesOf(answer.body) : null;
    if (told !== null) take(told);
    timer = setTimeout(() => void ask(), told === null ? AGAIN_MS : POLICY_MS);
  };
  void ask();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
