import type { RunOptions } from '../model/run.ts';

/** The words that make `espalier run` repeat these options. */
export function optionWords(options: RunOptions): string[] {
  const words: string[] = [];
  if (options.substrate !== 'uml') words.push('--substrate', options.substrate);
  if (options.kernel !== undefined) words.push('--kernel', options.kernel);
  if (options.suite !== undefined) words.push('--suite', options.suite);
  for (const overlay of options.overlay) words.push('--overlay', overlay);
  if (options.helpers !== undefined) words.push('--helpers', options.helpers);
  if (options.seed !== '1') words.push('--seed', options.seed ?? 'none');
  if (options.seeds !== undefined) words.push('--seeds', String(options.seeds));
  if (options.timeout !== undefined) words.push('--timeout', String(options.timeout));
  if (options.gap !== undefined) words.push('--gap', String(options.gap));
  return words;
}
