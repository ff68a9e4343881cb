/** Composition root of the officials' page. */
import { render } from 'preact';
import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/page.css';
import '../styles/officials.css';
import { joinDrawings } from '../view/joined';
import { App } from './App';
import { dress, start } from './store';

const root = document.getElementById('root');
if (root === null) throw new Error('officials.html has no #root');
joinDrawings();
dress(document.documentElement);
render(<App />, root);
start();
