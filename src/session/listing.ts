import { EspalierError } from '../base/errors.ts';
import { shortPath } from '../base/folders.ts';
import { table } from '../base/text.ts';
import { visibleLine } from '../base/visible.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { keyOf } from '../model/scenario-key.ts';
import type { Suite } from '../model/suite.ts';
import { isSuite, suites } from '../suites/all.ts';
import { nearest, parseSelector, type Selection, select } from './select.ts';
import { type NamedSuites, nameSuites, type SuitePaths } from './suite-names.ts';

/** Says what could not be found. Its exit code is that of a run whose tests are not as expected. */
export class NothingSelected extends EspalierError {
  constructor(message: string, remedy?: string) {
    super('usage', message, remedy === undefined ? {} : { remedy });
  }
}

/** No suite has the name: unlike a test, it is in no other commit either. */
export class NoSuite extends NothingSelected {}

/** Names the suites that selectors mean. Refuses those that there are not; paths are looked at when they are opened. */
export function namedSuites(selectors: readonly string[], earlier?: SuitePaths): NamedSuites {
  const known = suites.map((suite) => suite.name);
  for (const selector of selectors) {
    const { suite: name } = parseSelector(selector);
    if (isSuite(name) || earlier?.[name] !== undefined) continue;
    const near = nearest(name, known);
    const remedy = near === undefined ? `the suites are ${known.join(', ')}` : `did you mean ${near}?`;
    throw new NoSuite(`no suite is named ${name}, and ${process.cwd()} has no file or folder of that name`, remedy);
  }
  return nameSuites(selectors, { known, earlier });
}

/** What `espalier list` says where no suite is named. */
export function suitesText(): string {
  const lines = table(suites.map(({ name, about }) => [name, about]));
  return `${lines.join('\n')}\n\nespalier list SUITE shows its scenarios; a folder of scenario files is a suite as well.\n`;
}

/** Lists the suites and applies the selection. */
export async function selectScenarios(opened: Iterable<Suite>, selection: Selection): Promise<ScenarioEntry[]> {
  const entries: ScenarioEntry[] = [];
  for (const suite of opened) entries.push(...(await suite.list()));
  const { chosen, problem } = select(entries, selection);
  if (problem !== undefined) throw new NothingSelected(problem.message, problem.remedy);
  if (chosen.length === 0)
    throw new NothingSelected('no scenario is left after --status, --grep, --last-failed and --shard');
  return [...chosen];
}

/** One line per scenario: name, status, hosts, and why it cannot run; below it what its own files say less than they seem to. */
export function listingText(entries: readonly ScenarioEntry[], paths: SuitePaths): string {
  const rows = entries.map((entry) => [
    keyOf({ suite: shortPath(paths[entry.suite] ?? entry.suite), name: entry.name }),
    entry.status,
    entry.hosts.join(' '),
    noteOf(entry),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const warned = entries.map(({ warnings = [] }) => warnings.map((warning) => `  ${visibleLine(warning)}\n`).join(''));
  return lines.map((line, index) => `${visibleLine(line).trimEnd()}\n${warned[index]}`).join('');
}

function noteOf({ broken, unsupported }: ScenarioEntry): string {
  if (broken !== undefined) return `broken: ${broken}`;
  return unsupported === undefined ? '' : `unsupported: ${unsupported}`;
}
