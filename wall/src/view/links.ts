/** Links that are choices: a plain click changes the page in place, any other opens the same address as a page of its own. */
import { write, type Choice } from '../core/address';
import { choice, choose } from './store';

export const addressOf = (part: Partial<Choice>): string => location.pathname + write({ ...choice.value, ...part }, location.search);

export function go(event: MouseEvent, part: Partial<Choice>): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  choose(part);
}
