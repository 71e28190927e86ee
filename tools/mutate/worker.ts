/** A thread that runs unit tests in itself: once to learn what each of them reaches, then against mutants. */
import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';
import { projectDir } from '../../src/base/folders.ts';
import { collected } from './collector.ts';
import { type Coverage, startCoverage, takeCoverage } from './coverage.ts';
import { importedBy, importVariant } from './variants.ts';

/** What one test file was seen to do. */
export interface Learned {
  readonly file: string;
  /** Files of the repository that it imports, itself and what these import included. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
  /** What runs when the file is imported. */
  readonly loading: Coverage;
  readonly tests: readonly { readonly name: string; readonly ms: number; readonly ran: Coverage }[];
  /** Tests that fail without a mutant. */
  readonly failing: readonly string[];
}

/** A mutant and the tests that may notice it; `names`: undefined for all of a file. */
export interface Trial {
  readonly changed: { readonly file: string; readonly text: string };
  readonly files: ReadonlySet<string>;
  readonly tests: readonly { readonly file: string; readonly names?: readonly string[] }[];
}

/** What a trial answers where the changed text is no program, so that no test has to notice it. */
export const invalid = 'invalid';

export type Order = { readonly learn: string } | { readonly trial: Trial };

/** The same examples in every run; a property that fails has done its work, and is not made smaller. */
fc.configureGlobal({ seed: 1, endOnFailure: true });
/** Fewer examples than a run of the tests alone: what only the last of thousands shows is for that run. */
process.env.ESPALIER_FUZZ = '20';
let variants = 0;

function fileOf(url: string): string | undefined {
  const prefix = `file://${projectDir}/`;
  const suffix = `?variant=${variants}`;
  return url.startsWith(prefix) && url.endsWith(suffix) ? url.slice(prefix.length, -suffix.length) : undefined;
}

async function learn(file: string): Promise<Learned> {
  startCoverage();
  variants += 1;
  await importVariant(file, { number: variants });
  const loading = takeCoverage(fileOf);
  const tests: Learned['tests'][number][] = [];
  const failing: string[] = [];
  for (const { name, run } of collected()) {
    const begin = performance.now();
    const failure = await run().then(
      () => undefined,
      (error: unknown) => error ?? 'failed',
    );
    const ms = performance.now() - begin;
    const ran = takeCoverage(fileOf);
    if (failure === undefined) tests.push({ name, ms, ran });
    else failing.push(name);
  }
  return { file, imports: importedBy(), loading, tests, failing };
}

/** The first test that fails with the mutant; undefined: none does; `invalid`: the mutant is no program. */
async function attempt({ changed, files, tests }: Trial): Promise<string | undefined> {
  variants += 1;
  for (const { file, names } of tests) {
    try {
      await importVariant(file, { number: variants, files, changed });
    } catch (error) {
      collected();
      return error instanceof SyntaxError ? invalid : `${file}: cannot be loaded`;
    }
    for (const { name, run } of collected()) {
      if (names !== undefined && !names.includes(name)) continue;
      try {
        await run();
      } catch {
        return `${file}: ${name}`;
      }
    }
  }
  return undefined;
}

parentPort?.on('message', async (order: Order) => {
  const answer = 'learn' in order ? await learn(order.learn) : await attempt(order.trial);
  parentPort?.postMessage({ answer });
});
