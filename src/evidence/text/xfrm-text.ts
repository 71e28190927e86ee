import type { ConsoleLine } from './console-lines.ts';
import type { FactBody } from './facts.ts';
import { readTextPolicy } from './xfrm-policy.ts';
import { readTextSa } from './xfrm-state.ts';

const head = /^src [\w.:/]{1,70} dst [\w.:/]{1,70}(?: |$)/;
/** An entry longer than this is none. */
const maxLines = 200;

/** Lines from `at` on that are one entry of `ip xfrm state` or `ip xfrm policy`; 0: none begins there. */
export function xfrmEntryLength(lines: readonly ConsoleLine[], at: number): number {
  const first = lines[at];
  if (first === undefined || !head.test(first.text)) return 0;
  let length = 1;
  while (length < maxLines) {
    const next = lines[at + length];
    if (next === undefined || next.command !== first.command || !/^[\t ]/.test(next.text)) break;
    length += 1;
  }
  return length;
}

/** Reads one entry; undefined: it is of neither table. */
export function xfrmFact(lines: readonly string[]): FactBody | undefined {
  const second = lines[1]?.trim() ?? '';
  // Tests grep: what is left of an entry still counts, and only selectors have prefixes.
  const isPolicy =
    /^(?:dir|socket) /.test(second) || (!second.startsWith('proto ') && lines[0]?.includes('/') === true);
  if (!isPolicy) return { kind: 'kernel-sa', ...readTextSa(lines) };
  const policy = readTextPolicy(lines);
  return policy && { kind: 'kernel-policy', ...policy };
}
