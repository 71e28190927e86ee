import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/base/files.ts';
import { projectDir } from '../../src/base/folders.ts';
import { type Found, found, missing } from './step.ts';

const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-c', '-o', '/dev/null'];

/** The guest's C compiles without a warning. Sources that compiled once are not compiled again. */
export function guestWarnings(): Found {
  const absent = missing('gcc');
  if (absent !== undefined) return absent;
  const guest = join(projectDir, 'guest');
  const sources = globSync(['*.c', '{agent,test}/*.[ch]'], { cwd: guest }).sort();
  const state = sha256([...flags, ...sources.map((file) => readFileSync(join(guest, file), 'utf8'))].join('\0'));
  const mark = join(projectDir, 'node_modules', '.cache', 'guest-warnings', state);
  if (existsSync(mark)) return found([]);
  const units = sources.filter((file) => file.endsWith('.c'));
  const outputs = units.map((unit) =>
    spawnSync('gcc', [...flags, ...(unit.includes('/') ? ['-D_GNU_SOURCE'] : []), unit], {
      cwd: guest,
      encoding: 'utf8',
    }),
  );
  const problems = outputs.filter(({ status }) => status !== 0).map(({ stderr }) => stderr.trimEnd());
  if (problems.length === 0) {
    mkdirSync(join(mark, '..'), { recursive: true });
    writeFileSync(mark, '');
  }
  return found(problems);
}
