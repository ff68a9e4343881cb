/** Composition root of a desk's screen. */
import { render } from 'preact';
import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/desk.css';
import { Screen } from './Screen';
import { dress, start } from './store';

const root = document.getElementById('root');
if (root === null) throw new Error('desk.html has no #root');
dress(document.documentElement);
render(<Screen />, root);
start();
