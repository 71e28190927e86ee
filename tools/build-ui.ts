/** `npm run build:ui`: writes the report's page script. */
import { writeAtomic } from '../src/base/files.ts';
import { buildPageScript, pageScript } from './page-script.ts';

writeAtomic(pageScript, await buildPageScript());
