/** `npm pack` calls this first (`prepack`): writes `dist`, which the package has instead of `src`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';
import { buildPackageFiles } from './package-files.ts';

const dist = join(projectDir, 'dist');
rmSync(dist, { recursive: true, force: true });
for (const [path, { content, mode }] of buildPackageFiles()) {
  const file = join(dist, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
}
