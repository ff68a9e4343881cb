/** A component that draws again only when one of its properties is another object or value. */
import { Component } from 'preact';

export abstract class Steady<P extends object> extends Component<P> {
  override shouldComponentUpdate(next: Readonly<P>): boolean {
    const [old, now] = [this.props as Record<string, unknown>, next as Record<string, unknown>];
    return Object.keys(now).some((name) => now[name] !== old[name]);
  }
}
