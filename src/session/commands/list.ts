import type { RawRunOptions } from '../options.ts';

/** `espalier list`; returns the exit code. Without a selector and without options it lists the suites. */
export async function listCommand(selectors: readonly string[], options: Partial<RawRunOptions>): Promise<number> {
  if (selectors.length === 0 && Object.keys(options).every((key) => key === 'status')) {
    const { suitesText } = await import('../listing.ts');
    process.stdout.write(suitesText());
    return 0;
  }
  const { runCommand } = await import('./run.ts');
  const defaults = { status: 'good', seed: '1', retries: '0', repeatEach: '1' };
  return runCommand(selectors, { ...defaults, ...options, list: true }, []);
}
