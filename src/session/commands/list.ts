import { describeError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { runsDir } from '../../store/layout.ts';
import { listingText, NothingSelected, selectScenarios, suitesText } from '../listing.ts';
import { openSuites, openSupply } from '../local/open.ts';
import { parseRunOptions, type RawRunOptions } from '../options.ts';
import { parseSelection } from '../selected.ts';

/** `espalier list`; returns the exit code. Without a selector and without options it lists the suites. */
export async function listCommand(selectors: readonly string[], options: Partial<RawRunOptions>): Promise<number> {
  if (selectors.length === 0 && Object.keys(options).every((key) => key === 'status')) {
    process.stdout.write(suitesText());
    return 0;
  }
  const defaults = { status: 'good', seed: '1', retries: '0', repeatEach: '1' };
  return listSelected(selectors, { ...defaults, ...options });
}

/** `espalier run --list`: what would run. Imports nothing that only a run needs: a list is there at once. */
export async function listSelected(selectors: readonly string[], raw: RawRunOptions): Promise<number> {
  try {
    const { selection, names, paths } = await parseSelection(selectors, raw, runsDir(raw.output));
    const options = { ...parseRunOptions(raw), ...(Object.keys(paths).length > 0 && { paths }) };
    const suites = await openSuites(names, options, openSupply(options, interruption()));
    process.stdout.write(listingText(await selectScenarios(suites.values(), selection), paths));
    return 0;
  } catch (error) {
    if (!(error instanceof NothingSelected)) throw error;
    process.stderr.write(`espalier: ${describeError(error)}\n`);
    return 1;
  }
}
