import type { Issue } from '../../model/verdict.ts';
import { stripControls } from './plain-lines.ts';

/** A process that a signal ended. */
export interface EndedProcess {
  /** Its name, of which the kernel keeps 15 bytes. */
  readonly program: string;
  readonly signal: number;
  readonly pid: number;
  readonly parent: number;
}

/** SIGABRT (signal(7)): how `ASSERT` of kselftest_harness.h ends the process of its test. */
const abort = 6;
const nameBytes = 15;

/** `# tls.c:123:global.basic:Expected 0 (0) == ret (5)`: what `ASSERT` and `EXPECT` print where they do not hold. */
const expectation = /^(?:# )+(?:\S*\/)?([^/:\s]+)\.c:\d+:([^:\s]+):Expected /;
/** `# global.basic: Test terminated by assertion`: what the harness prints of a test that died of SIGABRT. */
const termination = /^(?:# )+(\S+): Test terminated by assertion$/;

/** How many tests of each program ended by an assertion that they printed before, by the program's name in the process table. */
export function assertionsIn(output: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const sources = new Map<string, string>();
  for (const line of stripControls(output)) {
    const [, source = '', asserting] = expectation.exec(line) ?? [];
    if (asserting !== undefined) sources.set(asserting, source);
    const [, ended = ''] = termination.exec(line.trimEnd()) ?? [];
    const program = sources.get(ended)?.slice(0, nameBytes);
    if (program === undefined) continue;
    // Each assertion explains one death.
    sources.delete(ended);
    counts.set(program, (counts.get(program) ?? 0) + 1);
  }
  return counts;
}

/** `tls (process 41) died of SIGABRT, core dumped`, as the oracle of deaths writes it. */
const aborted = /^(.+) \(process \d+\) died of SIGABRT\b/;

/**
 * Whether an issue is about processes that the harness ended itself, after it had printed which assertion failed: a failed subtest, and no
 * crash. One death of the program that no assertion explains, and the issue stands for all of them.
 */
export function isOfHarness(
  { kind, message }: Pick<Issue, 'kind' | 'message'>,
  { output, ended }: { readonly output: string; readonly ended: readonly EndedProcess[] },
): boolean {
  const program = kind === 'died' ? aborted.exec(message)?.[1] : undefined;
  if (program === undefined) return false;
  const aborts = ended.filter((one) => one.program === program && one.signal === abort);
  const deaths = aborts.filter((one) => !isForwarded(one, aborts)).length;
  return deaths > 0 && deaths <= (assertionsIn(output).get(program) ?? 0);
}

/** A test with a fixture runs in a child of its own process, which sends itself the signal that the child died of (TEST_F of kselftest_harness.h). */
function isForwarded({ pid }: EndedProcess, aborts: readonly EndedProcess[]): boolean {
  return aborts.some(({ parent }) => parent === pid);
}
