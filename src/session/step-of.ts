import { EspalierError } from '../base/errors.ts';
import type { Step } from '../model/scenario.ts';

/** Index of the step that `--at` names: a number up to `last`, or SCRIPT:LINE. Throws `usage` where there is none such. */
export function stepOf(at: string, steps: readonly Step[], last: number): number {
  const [, file = '', line = ''] = /^(.+):(\d+)$/.exec(at) ?? [];
  const index = /^\d+$/.test(at)
    ? Number(at)
    : steps.findIndex(({ origin }) => origin.file === file && origin.line === Number(line));
  if (index >= 0 && index <= last) return index;
  const known = steps.map(({ origin }, i) => `${i}  ${origin.file}:${origin.line}`).slice(0, 12);
  throw new EspalierError('usage', `--at ${at}: the scenario has no such step`, {
    output: known.join('\n'),
    remedy: `give a number from 0 to ${last}, or SCRIPT:LINE`,
  });
}
