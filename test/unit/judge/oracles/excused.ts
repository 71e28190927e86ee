import type { TypedCommand } from '../../../../src/evidence/evidence.ts';
import type { ExcusedFact } from '../../../../src/judge/oracles/excuse-rules.ts';
import { excuseFor, type Finding } from '../../../../src/judge/oracles/excuses.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { evidenceOf, type Host } from './evidence.ts';
import { addresses, labFrames } from './lab-path.ts';

export interface Typed {
  readonly line: string;
  readonly host?: Host;
  readonly begin: bigint;
  readonly end?: bigint | undefined;
}

/** The rule that excuses what west has alone, or sends. */
export function excused(
  fact: ExcusedFact,
  typed: readonly Typed[],
  time: Pick<Finding, 'from' | 'until' | 'due'>,
): string | undefined {
  const hop = fact === 'refused' && { hopLimit: 62 };
  const commands = typed.map(
    ({ line, host = 'west', begin, end = begin }): TypedCommand => ({ line, host, begin, end }),
  );
  const sa = anSa({ source: addresses.west, destination: addresses.east });
  const finding = { fact, sa, hosts: ['west'], ...hop, ...time };
  return excuseFor(finding, { ...evidenceOf({ frames: labFrames }), commands })?.id;
}
