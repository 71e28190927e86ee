import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './folders.ts';

/** Espalier's own version, as package.json has it. */
export function version(): string {
  const content = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { readonly version: string };
  return content.version;
}
