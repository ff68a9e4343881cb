/** One tab stop for many cells: arrow keys move to the neighbour on screen, Page Up and Page Down one by one through all, Home and End to the first and last, Enter or space selects. */
import { neighbour, type Direction } from './layout';

const ARROWS: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
/** One after the other: some shapes are nobody's nearest neighbour. */
const STEPS: Readonly<Record<string, number>> = { PageDown: 1, PageUp: -1 };

/** The one cell of a group that Tab comes to: the first of those that were `wished` which is in it, else its first; undefined for an empty group. */
export function tabStopOf(order: readonly string[], ...wished: readonly (string | null)[]): string | undefined {
  return wished.find((code) => code !== null && order.includes(code)) ?? order[0];
}

const cellsIn = (holder: Element): HTMLElement[] => [...holder.querySelectorAll<HTMLElement>('[data-unit]')];

function target(cells: readonly HTMLElement[], from: string, key: string): string | null {
  if (key === 'Home') return cells[0]?.dataset['unit'] ?? null;
  if (key === 'End') return cells.at(-1)?.dataset['unit'] ?? null;
  const step = STEPS[key];
  if (step !== undefined) return cells[cells.findIndex((cell) => cell.dataset['unit'] === from) + step]?.dataset['unit'] ?? null;
  const direction = ARROWS[key];
  if (direction === undefined) return null;
  const points = cells.map((cell) => {
    const box = (cell.querySelector('.hit') ?? cell).getBoundingClientRect(); // not of its text, which may overhang
    return { code: cell.dataset['unit'] ?? '', x: box.x + box.width / 2, y: box.y + box.height / 2 };
  });
  return neighbour(points, from, direction);
}

/** A keydown handler for the element that holds the cells. */
export function roving(select: (code: string) => void, moved: (code: string) => void): (event: KeyboardEvent) => void {
  return (event) => {
    const holder = event.currentTarget as Element;
    const code = (event.target as Element).closest<HTMLElement>('[data-unit]')?.dataset['unit'];
    if (code === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      select(code);
      return;
    }
    const cells = cellsIn(holder);
    const to = target(cells, code, event.key);
    if (to === null) return;
    event.preventDefault();
    moved(to);
    cells.find((cell) => cell.dataset['unit'] === to)?.focus();
  };
}
