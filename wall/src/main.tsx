/** Composition root of the page. */
import { render } from 'preact';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/map.css';
import { dressPalette } from './styles/palette';
import { App, dress } from './view/App';
import { joinDrawings } from './view/joined';
import { followNewer } from './view/newer';
import { held, start, state } from './view/store';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
joinDrawings();
dress(document.documentElement);
dressPalette(document.documentElement);
render(<App />, root);
start();
followNewer(() => state.value.fault !== null && held.value === null);
