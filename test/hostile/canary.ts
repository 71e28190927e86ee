import { lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text that must show up nowhere: it is in files that nobody may read. */
export const secret = 'canary-5f2a9c71';

/** A folder outside of everything that is handed over. Who reads, writes or deletes in it is noticed. */
export class Canary {
  readonly dir: string;
  readonly #before: string;

  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(join(dir, 'etc'), { recursive: true });
    for (const name of ['secret', 'open', 'etc/secret', 'secret.sed', 'test.conf'])
      writeFileSync(join(dir, name), `${secret}\n`);
    // A read moves the time of access where it is older than the time of change, also under `relatime`.
    for (const path of this.#paths()) utimesSync(path, 1_000_000_000, 1_700_000_000);
    this.#before = this.#state();
  }

  /** What was done to it; `undefined`: nothing. */
  trouble(): string | undefined {
    const now = this.#state();
    return now === this.#before ? undefined : `the files outside were touched:\n${this.#before}\nnow:\n${now}`;
  }

  #paths(): string[] {
    return readdirSync(this.dir, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => join(this.dir, name));
  }

  /** Times first: reading the contents moves them, and so they are put back. */
  #state(): string {
    const lines = this.#paths().map((path) => {
      const stat = lstatSync(path);
      const line = `${path} ${stat.mode} ${stat.uid} ${stat.size} ${stat.mtimeMs} ${stat.isFile() ? stat.atimeMs : ''}`;
      if (!stat.isFile()) return line;
      const content = readFileSync(path, 'utf8');
      utimesSync(path, stat.atimeMs / 1000, stat.mtimeMs / 1000);
      return `${line} ${content}`;
    });
    return lines.join('\n');
  }
}
