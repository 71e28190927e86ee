import type { ExploredMessage } from '../../results/explore/messages.ts';
import type { FaultKind } from '../../results/explore/plans.ts';
import { violationOf } from '../../results/explore/violation.ts';
import type { Explored } from './explored.ts';

/** What a lab counts as: a number is that of its failure, and only `ok` has shown that a plan breaks nothing. */
export function outcomeOf(one: Explored, failures: readonly string[]): string {
  const { plan, verdict, acted, judged } = one;
  const violation = violationOf(verdict);
  if (violation !== undefined) return String(failures.indexOf(violation) + 1);
  if (verdict.word === 'unresolved') return '?';
  if (acted < plan.length) return 'idle';
  return judged ? 'ok' : 'late';
}

/** What was explored, for a table. */
export interface Covered {
  readonly messages: readonly ExploredMessage[];
  readonly kinds: readonly FaultKind[];
  /** Labs of single faults. */
  readonly alone: readonly Explored[];
  /** What failures violate, in the order of their numbers. */
  readonly failures: readonly string[];
}

/** A table of messages and kinds; `-` was not tried. */
export function coverageLines({ messages, kinds, alone, failures }: Covered): string[] {
  const outcome = (message: ExploredMessage, kind: FaultKind): string => {
    const lab = alone.find(({ plan: [fault] }) => fault?.message === message && fault.kind === kind);
    return lab === undefined ? '-' : outcomeOf(lab, failures);
  };
  const rows = messages.map((message) => [message.text, ...kinds.map((kind) => outcome(message, kind))]);
  const table = [['message', ...kinds], ...rows];
  const widths = ['message', ...kinds].map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
