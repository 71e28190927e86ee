import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../src/model/verdict.ts';
import type { VerdictWord } from '../../src/model/words.ts';
import { judgeAttempt } from '../../src/session/judging/judge-attempt.ts';
import { unpackAttempt } from '../../src/store/attempt-archive.ts';
import type { Damage, Damaged } from './damage.ts';
import { withBooks } from './edit-books.ts';
import { openAttempt, type StoredAttempt } from './stored-attempt.ts';

/** One damage to one attempt, and what became of it. */
export interface Trial {
  /** `none`: the attempt as it was stored. */
  readonly damage: string;
  readonly expected: VerdictWord;
  readonly word: VerdictWord;
  /** `untold`: another word than expected, and `reason` says why no judge could know better. */
  readonly outcome: 'right' | 'missed' | 'untold';
  readonly where: string;
  readonly reason: string;
}

/**
 * Copies of attempts in a folder of its own, judged as stored and with damages. Originals are only read, and
 * inputs of their run are copied.
 */
export class TrialFolder {
  readonly #runDir: string;
  readonly #cache: string;
  #attempts = 0;

  /** `dir` is empty and the caller's to remove; `inputs` is that folder of the run. */
  constructor(dir: string, inputs: string) {
    this.#runDir = join(dir, 'run');
    this.#cache = join(dir, 'sanitized');
    mkdirSync(this.#runDir);
    // No link: what leads out of a run is not read.
    cpSync(inputs, join(this.#runDir, 'inputs'), { recursive: true });
  }

  /** Every damage that applies to an attempt, after the attempt itself; only that one where it does not pass. */
  async try(original: string, damages: readonly Damage[]): Promise<Trial[]> {
    const dir = join(this.#runDir, 'attempts', String(this.#attempts++));
    const derived = [join(original, 'derived'), join(original, 'verdict.json')];
    cpSync(original, dir, { recursive: true, filter: (path) => !derived.includes(path) });
    await unpackAttempt(dir);
    try {
      const undamaged = await this.#judge(dir);
      const first = told({ id: 'none', expected: 'passed' }, undamaged, { where: '' });
      if (undamaged.word !== 'passed') return [first];
      const attempt = openAttempt(dir);
      const trials = [first];
      for (const damage of damages) trials.push(...(await this.#damaged(dir, attempt, damage)));
      return trials;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  async #damaged(dir: string, attempt: StoredAttempt, damage: Damage): Promise<Trial[]> {
    const damaged = damage.apply(attempt);
    if (damaged === undefined) return [];
    const files = damage.leavesBooks ? damaged.files : withBooks(attempt, damaged.files);
    using _original = replaceFiles(dir, files);
    return [told(damage, await this.#judge(dir), damaged)];
  }

  #judge(dir: string): Promise<Verdict> {
    return judgeAttempt(dir, { runDir: this.#runDir, cache: this.#cache });
  }
}

/** Puts other files in place of an attempt's until disposed of. */
function replaceFiles(dir: string, files: Damaged['files']): Disposable {
  const aside = `${dir}-aside`;
  mkdirSync(aside);
  const moved: [from: string, to: string][] = [];
  for (const [index, [name, bytes]] of [...files].entries()) {
    const path = join(dir, name);
    const stored = existsSync(path) ? path : `${path}.zst`;
    moved.push([stored, join(aside, String(index))]);
    renameSync(stored, join(aside, String(index)));
    if (bytes !== undefined) writeFileSync(path, bytes);
  }
  const restore = (): void => {
    for (const name of files.keys()) rmSync(join(dir, name), { force: true });
    for (const [from, to] of moved) renameSync(to, from);
    rmSync(aside, { recursive: true });
  };
  return { [Symbol.dispose]: restore };
}

function told(
  { id, expected }: Pick<Damage, 'id' | 'expected'>,
  verdict: Verdict,
  { where, limit }: { readonly where: string; readonly limit?: (verdict: Verdict) => string | undefined },
): Trial {
  const { word, issues } = verdict;
  const trial = { damage: id, expected, word, where };
  if (word === expected) return { ...trial, outcome: 'right', reason: '' };
  const untold = limit?.(verdict);
  if (untold !== undefined) return { ...trial, outcome: 'untold', reason: untold };
  return { ...trial, outcome: 'missed', reason: issues.map(({ kind, message }) => `${kind}: ${message}`).join('; ') };
}
