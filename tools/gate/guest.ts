import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../../src/base/folders.ts';
import { type Found, missing, unlessKnown } from './step.ts';

const folder = join(projectDir, 'guest');
const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-c', '-o', '/dev/null'];

/** The guest's C compiles without a warning. */
export function guestWarnings(): Found {
  const absent = missing('gcc');
  if (absent !== undefined) return absent;
  const sources = globSync(['*.[ch]', '{agent,agent/qemu,starter,test,xfrm-bench}/*.[ch]'], { cwd: folder }).sort();
  const texts = sources.map((file) => readFileSync(join(folder, file), 'utf8'));
  return unlessKnown('guest', [...flags, ...texts], () => {
    const units = sources.filter((file) => file.endsWith('.c'));
    return units.map(warningsOf).filter((warnings) => warnings !== '');
  });
}

function warningsOf(unit: string): string {
  // The shim defines it itself.
  const gnu = unit.includes('/') ? ['-D_GNU_SOURCE'] : [];
  const { status, stderr } = spawnSync('gcc', [...flags, ...gnu, unit], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? '' : stderr.trimEnd();
}
