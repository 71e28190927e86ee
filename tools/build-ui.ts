/** `npm run build:ui`: writes the script and the style of the report's page. */
import { writeAtomic } from '../src/base/files.ts';
import { buildPageFiles } from './page-files.ts';

for (const [path, text] of await buildPageFiles()) writeAtomic(path, text);
