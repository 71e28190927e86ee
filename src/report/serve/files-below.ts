import { below } from '../../base/door/handle.ts';
import type { OpenFile } from '../../base/door/open-file.ts';
import { openPlain } from '../../base/door/read.ts';
import { isFileName } from '../../base/text.ts';

/**
 * Opens a plain file below `root` by a percent-encoded path; whoever gets it closes it. What is not there, is no file, or lies behind
 * a link is `undefined`: all the same to who asks.
 */
export function openBelow(root: string, path: string): OpenFile | undefined {
  try {
    const names = path.split('/').map(decodeURIComponent);
    return names.every(isFileName) ? openPlain(below(root, names.join('/'))) : undefined;
  } catch {
    return undefined;
  }
}
