/** The rows of `conformance` or of another suite, as scenarios of that suite. */
import { openSuites, openSupply } from '../../src/session/local/open.ts';
import { parseRunOptions } from '../../src/session/options.ts';

const usual = 'conformance';

/** Titles of all rows. */
export async function rowsOfSuite(signal: AbortSignal, suite = usual): Promise<string[]> {
  const options = parseRunOptions({ status: 'good', seed: '1', retries: '0', repeatEach: '1' });
  const suites = await openSuites([suite], options, openSupply(options, signal));
  const entries = (await suites.get(suite)?.list()) ?? [];
  return entries.filter(({ status }) => status === 'good').map(({ name }) => name);
}

/** Matches titles by letters and numbers of rows: `S` all of the letter, `S1` the one row. */
export function rowPattern(rows: readonly string[]): RegExp {
  if (rows.length === 0) return /^(?!)/;
  return new RegExp(`^(?:${rows.map((row) => (/\d/.test(row) || row === 'A' ? `${row} ` : `${row}\\d`)).join('|')})`);
}

/** For `run --grep`: these rows, by their titles. */
export function titlesPattern(titles: readonly string[], suite = usual): string {
  const quoted = titles.map((title) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return `^${suite}:(?:${quoted.join('|')})$`;
}
