/** One signal a unit: a change of the picture draws only the cells of the units that it changed. */
import { batch, signal, type Signal } from '@preact/signals';
import type { Unit } from '../core/model';
import type { Picture } from '../core/picture';

/** A unit as its cell shows it; `changedIn`: the version of the last change that is to be marked. */
export interface Seen { readonly unit: Unit; readonly changedIn: number | undefined }

export class SeenUnits {
  private readonly signals = new Map<string, Signal<Seen | undefined>>();

  /** The signal of a unit; undefined in it while the picture does not have the unit. */
  of(code: string): Signal<Seen | undefined> {
    const known = this.signals.get(code);
    if (known !== undefined) return known;
    const made = signal<Seen | undefined>(undefined);
    this.signals.set(code, made);
    return made;
  }

  /** Moves the signals whose unit is another object than before, and no other. */
  show(picture: Pick<Picture, 'units' | 'changed'>): void {
    const here = new Set<string>();
    batch(() => {
      for (const unit of picture.units) {
        here.add(unit.code);
        const changedIn = picture.changed.get(unit.code);
        const slot = this.of(unit.code);
        const old = slot.peek();
        if (old?.unit !== unit || old.changedIn !== changedIn) slot.value = { unit, changedIn };
      }
      for (const [code, slot] of this.signals) if (!here.has(code)) slot.value = undefined;
    });
  }
}
