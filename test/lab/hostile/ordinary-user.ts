/** An ordinary user for labs: a number that nobody logs in with, a cache of its own that holds what labs boot, and a folder for all else. */
import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { projectDir } from '../../../src/base/folders.ts';

/** `nobody` of Debian. */
const id = 65534;
const command = ['setpriv', '--reuid', String(id), '--regid', String(id), '--clear-groups', '--'] as const;

/** Why root cannot let somebody else run tests here; `false`: it can. */
export function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'only root can start programs as somebody else';
  try {
    execFileSync(command[0], [...command.slice(1), process.execPath, '-e', ''], { cwd: projectDir, stdio: 'ignore' });
    return false;
  } catch {
    return `an ordinary user cannot run Node in ${projectDir}`;
  }
}

/** The folder of an artifact, hard links in place of copies where that can be: images are large. */
function give(file: string, to: string): void {
  const from = dirname(file);
  const copy = (path: string, place: string): void => {
    try {
      linkSync(path, place);
    } catch {
      copyFileSync(path, place);
    }
  };
  mkdirSync(to, { recursive: true });
  for (const name of [basename(file), 'artifact.json']) copy(join(from, name), join(to, name));
}

/** Somebody who is not root; leaving the scope removes what was his. */
export class OrdinaryUser implements Disposable {
  readonly command = command;
  readonly #home = mkdtempSync(join(tmpdir(), 'espalier-user-'));

  /** `artifacts`: files of this process's cache, by the name of their store. */
  constructor(artifacts: Readonly<Record<string, string>>) {
    const own = ['tmp', 'cache', ...Object.keys(artifacts).map((store) => `cache/${store}`)];
    for (const name of own) mkdirSync(join(this.#home, name), { recursive: true });
    for (const [store, file] of Object.entries(artifacts))
      give(file, join(this.#home, 'cache', store, basename(dirname(file))));
    for (const name of ['.', ...own]) chownSync(join(this.#home, name), id, id);
  }

  get environment(): Readonly<Record<string, string>> {
    return { HOME: this.#home, TMPDIR: join(this.#home, 'tmp'), ESPALIER_CACHE: join(this.#home, 'cache') };
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
