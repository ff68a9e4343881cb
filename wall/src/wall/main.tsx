/** Composition root of the wall. */
import { render } from 'preact';
import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/map.css';
import '../styles/wall.css';
import { Announcer } from '../view/Announcer';
import { followGeometry } from '../map/geometry';
import { dressPalette } from '../styles/palette';
import { joinDrawings } from '../view/joined';
import { duties } from './duties';
import { Guard } from './Guard';
import { Screen } from './Screen';
import { dress, edges, lang, mode, picture, state } from './store';

const root = document.getElementById('root');
if (root === null) throw new Error('wall.html has no #root');
joinDrawings();
dress(document.documentElement);
dressPalette(document.documentElement);
render(<><Guard><Screen /></Guard><Announcer told={{ picture, mode, lang, edges }} /></>, root);
followGeometry(state);
void duties();
