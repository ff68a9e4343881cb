/** A failure in drawing never leaves a blank wall: it is shown, counted, and the tree is built anew after a growing pause. */
import { Component, type ComponentChildren } from 'preact';
import { restartAfter } from './restart';
import { failed, failures } from './report';
import { Fatal } from './States';

interface State { readonly wait: number | null; readonly round: number }

export class Guard extends Component<{ readonly children: ComponentChildren }, State> {
  override state: State = { wait: null, round: 0 };

  override componentDidCatch(): void {
    failed();
    const wait = restartAfter(failures);
    this.setState({ wait });
    setTimeout(() => this.setState(({ round }) => ({ wait: null, round: round + 1 })), wait * 1000);
  }

  render() {
    const { wait, round } = this.state;
    return wait === null ? <div key={round} class="whole">{this.props.children}</div> : <Fatal seconds={wait} failures={failures.length} />;
  }
}
