import { parseKconfig } from './kconfig.ts';
import { answerOf } from './version.ts';

/** Options that a kernel binary has, built in or as modules, by its own answer; `undefined`: it does not say. */
export async function optionsOf(kernel: string): Promise<ReadonlySet<string> | undefined> {
  const config = parseKconfig((await answerOf(kernel, '--showconfig')) ?? '');
  if (config.size === 0) return undefined;
  return new Set([...config].flatMap(([name, value]) => (value === 'n' ? [] : [name])));
}
