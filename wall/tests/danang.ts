/** The geometry that is shipped, read where it is stored. */
import { readFileSync } from 'node:fs';
import { geometryOf, type Geometry } from '../src/map/layout';

export const danang = geometryOf(JSON.parse(readFileSync(new URL('../../dunghen/domain/data/danang-cartogram.geojson', import.meta.url), 'utf8'))) as Geometry;
