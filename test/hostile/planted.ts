import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Stands in every planted file that nobody may read. */
export const canary = 'CANARY-4711-of-a-secret';

/** Files of a person beside what strangers handed over: they must stay as they are, and unread. */
export class Planted {
  readonly dir: string;
  /** What a link of a stranger may lead to. */
  readonly targets: readonly string[];
  /** Whether this file system notes when a file was read. */
  readonly seesReads: boolean;
  readonly #before: string;

  constructor(dir: string) {
    this.dir = dir;
    const documents = {
      records: canary,
      'verdict.json': `{"secret":"${canary}"}`,
      'run.json': `{"secret":"${canary}"}`,
    };
    for (const folder of ['', 'deep', 'deep/0', 'derived']) {
      mkdirSync(join(dir, folder), { recursive: true });
      for (const [name, text] of Object.entries(documents)) writeFileSync(join(dir, folder, name), text);
    }
    // One that a hard link may give a second name: reading it is no fault, writing it is.
    writeFileSync(join(dir, 'second-name'), 'precious');
    this.targets = ['.', 'deep', 'deep/0', 'derived', 'records', 'verdict.json', 'run.json', 'none'].map((name) =>
      join(dir, name),
    );
    this.#unread();
    this.seesReads = this.#noticesReads();
    this.#unread();
    this.#before = this.#state();
  }

  /** What was done to them, for people; `undefined`: nothing. */
  get damage(): string | undefined {
    const now = this.#state();
    if (now === this.#before) return undefined;
    const [before, after] = [new Set(this.#before.split('\n')), now.split('\n')];
    return `changed or read: ${after.filter((line) => !before.has(line)).join('; ') || 'something is gone'}`;
  }

  #names(): string[] {
    return readdirSync(this.dir, { recursive: true }).map(String).sort();
  }

  /** Times of access before those of change, so that the next one is noted whatever the mount (relatime) spares. */
  #unread(): void {
    for (const name of this.#names()) utimesSync(join(this.dir, name), new Date(0), new Date());
  }

  #noticesReads(): boolean {
    const file = join(this.dir, 'records');
    const before = lstatSync(file).atimeMs;
    readFileSync(file);
    return lstatSync(file).atimeMs !== before;
  }

  #state(): string {
    const lines = this.#names().map((name) => {
      const { mode, size, mtimeMs, ctimeMs, atimeMs, uid } = lstatSync(join(this.dir, name));
      const isFile = lstatSync(join(this.dir, name)).isFile();
      const read = isFile && this.seesReads && name !== 'second-name' ? atimeMs : '';
      // A hard link changes the time of change of what it names.
      return [name, mode, size, mtimeMs, name === 'second-name' ? '' : ctimeMs, uid, read].join(' ');
    });
    const second = join(this.dir, 'second-name');
    return [...lines, existsSync(second) ? readFileSync(second, 'utf8') : 'gone'].join('\n');
  }
}
