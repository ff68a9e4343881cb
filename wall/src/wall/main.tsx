/** Composition root of the wall. */
import { computed } from '@preact/signals';
import { render } from 'preact';
import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/map.css';
import '../styles/wall.css';
import type { Figure } from '../core/model';
import { Announcer } from '../view/Announcer';
import { standing } from '../live/standing';
import { followGeometry } from '../map/geometry';
import { dressPalette } from '../styles/palette';
import { joinDrawings } from '../view/joined';
import { valueWithUnit } from '../view/words';
import { duties } from './duties';
import { Guard } from './Guard';
import { Screen } from './Screen';
import { dress, edges, held, lang, mode, picture, state } from './store';

const root = document.getElementById('root');
if (root === null) throw new Error('wall.html has no #root');
const written = computed(() => (figure: Figure): string => valueWithUnit(figure, { lang: lang.value, edges: edges.value }));
joinDrawings();
dress(document.documentElement);
dressPalette(document.documentElement);
render(<><Guard><Screen /></Guard><Announcer told={{ picture, mode, lang, written }} /></>, root);
followGeometry(standing(state, held));
void duties();
