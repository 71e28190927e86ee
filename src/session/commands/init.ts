import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { projectDir } from '../../base/folders.ts';
import { commandName, isPackage } from '../../base/form.ts';
import { firstFiles } from '../../suites/all.ts';

/** `espalier init`. Writes nothing where one of its files is there already. */
export async function initCommand(folder: string): Promise<void> {
  const files = await firstFiles(folder);
  for (const name of Object.keys(files)) {
    if (existsSync(join(folder, name))) {
      throw new EspalierError('usage', 'already exists', { file: join(folder, name), remedy: 'name another folder' });
    }
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const isAtHome = isPackage || process.argv[1]?.startsWith(process.cwd()) === true;
  const program = isAtHome ? commandName : join(projectDir, 'espalier');
  process.stdout.write(
    `${Object.keys(files)
      .map((name) => join(folder, name))
      .join('\n')}\n\nNow: ${program} run ${folder}\n`,
  );
}
