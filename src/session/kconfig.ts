import { realRoot } from '../base/door/handle.ts';
import { readPlainText } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import type { RunOptions } from '../model/run.ts';
import { type Kconfig, parseKconfig } from '../supply/kernel/kconfig.ts';

/** `--kconfig FILE`: what stands in the file, so that a run that is resumed has the same kernel. Throws `usage` for one without options. */
export function readKconfig(file: string | undefined): Pick<RunOptions, 'kconfig'> {
  if (file === undefined) return {};
  const text = readPlainText(realRoot(file));
  if (text === undefined) throw new EspalierError('usage', '--kconfig: does not exist', { file });
  const options = parseKconfig(text);
  if (options.size > 0) return { kconfig: { file, options: Object.fromEntries(options) } };
  throw new EspalierError('usage', '--kconfig: holds no line of the form CONFIG_NAME=value', { file });
}

/** The options that a run's kernel has of the user's own. */
export function kconfigOf(kconfig: RunOptions['kconfig']): Kconfig {
  return new Map(Object.entries(kconfig?.options ?? {}));
}
