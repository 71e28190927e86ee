import type { StackCell, StackRow } from '../../../model/stack-table.ts';
import type { ColumnName } from './columns.ts';
import { groups, type Probe, probes } from './probes.ts';

/** What a line printed. */
export interface Answer {
  readonly line: string;
  readonly output: string;
}

const asked: readonly Probe[] = probes.filter((one): one is Probe => 'operation' in one);

/** The line of a probe in a column; undefined: nobody asks there. */
export function lineOf(probe: Probe, column: ColumnName): string | undefined {
  return probe.notAsked?.[column] === undefined ? (probe.lineOf?.[column] ?? probe.line) : undefined;
}

/** All rows by the answers of each column that was probed. An answer that is missing is unknown. */
export function rowsOf(answers: ReadonlyMap<ColumnName, readonly Answer[]>): StackRow[] {
  const names = [...answers.keys()];
  const rowOf = (probe: Probe): StackRow => ({
    group: `${probe.group} ${groups[probe.group]}`,
    operation: probe.operation,
    cells: Object.fromEntries(names.map((name) => [name, cellOf(probe, name, answers.get(name) ?? [])])),
  });
  return asked.map(rowOf).sort((a, b) => Number(a.group[0]) - Number(b.group[0]));
}

/** The cell of a probe by what its line printed. */
export function cellOf(probe: Probe, column: ColumnName, answers: readonly Answer[]): StackCell {
  const reason = probe.notAsked?.[column];
  if (reason !== undefined) return { word: 'unknown', evidence: reason };
  const command = lineOf(probe, column);
  const answer = answers.find(({ line }) => line === command);
  if (command === undefined || answer === undefined) return { word: 'unknown', evidence: 'the lab ended before' };
  const lines = answer.output.split(/\r?\n/).filter((text) => text.trim() !== '');
  for (const word of ['yes', 'no'] as const) {
    const evidence = lines.find((text) => probe[word].test(text));
    if (evidence !== undefined) return { word, command, evidence: evidence.trim() };
  }
  return { word: 'unknown', command, evidence: lines.at(-1)?.trim() ?? 'it printed nothing' };
}
