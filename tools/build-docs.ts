/** `npm run build:docs`: writes the documents that follow from the code. */
import { writeAtomic } from '../src/base/files.ts';
import { buildDocs } from './docs-files.ts';

for (const [path, text] of buildDocs()) writeAtomic(path, text);
