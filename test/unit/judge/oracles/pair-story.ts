/** Stories about both ends of SAs, for tests of the oracle that compares them. */

import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import type { HalfOpen } from '../../../../src/judge/oracles/half-open.ts';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, type Host, type Step, type Story } from './evidence.ts';

export const out = (other: Partial<IpsecSa> = {}): IpsecSa => anSa({ direction: 'out', ...other });
export const inward = (other: Partial<IpsecSa> = {}): IpsecSa => anSa({ direction: 'in', ...other });
/** The SA of the other direction. */
export const back = { source: '192.1.2.23', destination: '192.1.2.45', spi: 0x5678 } as const;

/** Hosts have these SAs from the beginning, and boundaries show them at these milliseconds. */
export function holding(sas: readonly (readonly [Host, IpsecSa])[], boundaries: readonly number[] = [100]): Step[] {
  const hosts = [...new Set(sas.map(([host]) => host))];
  const dumps = (at: number): Step[] =>
    hosts.map((host) => [at, host, { sas: sas.filter(([one]) => one === host).map(([, sa]) => sa) }]);
  const [first = 0, ...rest] = boundaries;
  return [
    ...sas.map(([host, sa]): Step => [1, host, added(sa)]),
    [first, 'west', 'command'],
    ...dumps(first),
    ...rest.map((at): Step => [at, 'west', 'command']),
  ];
}

/** A boundary at which hosts have these SAs, and all others none. */
export function boundary(at: number, sas: Partial<Record<Host, readonly IpsecSa[]>>): Step[] {
  const dumps = Object.entries(sas).map(([host, own]): Step => [at, host as Host, { sas: own }]);
  return [[at, 'west', 'command'], ...dumps];
}

export const found = (story: Story) => comparePairs(evidenceOf(story));
/** What excuses a half-open SA. */
export const why = ({ excuse }: HalfOpen): string => (typeof excuse === 'object' ? excuse.id : (excuse ?? 'none'));
export const excusesOf = (story: Story): string[] =>
  found(story).halfOpen.map((half) => `${half.host} ${why(half)}${half.stays ? ', stays' : ''}`);
/** The same, with the SPI of each. */
export const excusesBySpi = (story: Story): string[] =>
  found(story).halfOpen.map(
    (half) => `${half.host} ${half.sa.spi.toString(16)} ${why(half)}${half.stays ? ', stays' : ''}`,
  );
export const messages = (story: Story): string[] =>
  found(story).issues.map(({ kind, host, message }) => `${kind} ${host}: ${message}`);
