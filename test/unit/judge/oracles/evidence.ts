/** What oracles judge by, for tests: tables from recorded messages, frames from bytes. Times in virtual milliseconds. */

import type { FactEvidence, ProtectedPacket, SeenFrame, TypedCommand } from '../../../../src/evidence/evidence.ts';
import type { IpsecPolicy, IpsecSa, XfrmEvent } from '../../../../src/evidence/ipsec.ts';
import { readWire } from '../../../../src/evidence/packet/wire.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { readTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { saIdentity } from '../../../../src/evidence/xfrm/identity.ts';
import { Choices } from '../../../../src/judge/oracles/choice.ts';
import { judgeClear } from '../../../../src/judge/oracles/leaks.ts';
import { judgeWire } from '../../../../src/judge/oracles/wire-facts.ts';
import { concat, ethernet, ipv4 } from '../../evidence/build.ts';
import { dump, eventMessage, policyMessage, saMessage } from '../../evidence/xfrm-build.ts';
import { aSelector } from '../../evidence/xfrm-samples.ts';

export const hosts = ['west', 'east', 'nic', 'road'] as const;
export type Host = (typeof hosts)[number];

type What =
  | { readonly event: XfrmEvent }
  | { readonly sas: readonly IpsecSa[] }
  | { readonly policies: readonly IpsecPolicy[] }
  | 'command'
  /** Events of the host are lost. */
  | 'lost';

/** One record, or a table at a boundary. */
export type Step = readonly [at: number, host: Host, what: What];

export interface Story {
  readonly steps?: readonly Step[];
  readonly frames?: readonly SeenFrame[];
  readonly packets?: readonly ProtectedPacket[];
  readonly commands?: readonly (readonly [at: number, line: string, host?: Host, by?: TypedCommand['by']])[];
  /** When the last record is; left out: with the last step. */
  readonly end?: number;
  /** Events have the time of their making. */
  readonly exact?: boolean;
  /** Which step is the first of the post-mortem. */
  readonly postMortem?: number;
}

export const ms = (at: number): bigint => BigInt(Math.round(at * 1e6));

/** The evidence of a story. A last record that says nothing follows its steps, as in a whole file: with the last one, or later. */
export function evidenceOf({
  steps = [],
  frames = [],
  packets = [],
  commands = [],
  exact,
  end,
  postMortem,
}: Story): FactEvidence {
  const records = [
    ...steps.map(([at, host, what]) => ({
      at,
      host: hosts.indexOf(host),
      ...payloadOf(what, exact ? ms(at) : undefined),
    })),
  ];
  records.push({ at: end ?? steps.at(-1)?.[0] ?? 0, host: 0xffff, type: recordType.labEnd, payload: new Uint8Array() });
  const timed = records.map(({ at, ...rest }, sequence) => ({ ...rest, time: ms(at), sequence }));
  const timeline = readTimeline({ hosts, records: timed });
  const { time, sequence } = timed[postMortem ?? timed.length - 1] as (typeof timed)[number];
  return {
    timeline,
    frames,
    protectedPackets: packets,
    commands: commands.map(([at, line, host = 'west', by]) => ({ host, line, begin: ms(at), ...(by && { by }) })),
    end: { time, sequence },
  };
}

function payloadOf(what: What, made?: bigint): { type: number; payload: Uint8Array } {
  if (what === 'command') return { type: recordType.commandEnd, payload: new Uint8Array(4) };
  if (what === 'lost') return { type: recordType.trouble, payload: new TextEncoder().encode('lost xfrm-events') };
  if ('event' in what) return eventPayload(eventMessage(what.event), made);
  if ('sas' in what) return { type: recordType.xfrmStates, payload: dump(what.sas.map((sa) => saMessage(sa))) };
  return { type: recordType.xfrmPolicies, payload: dump(what.policies.map((policy) => policyMessage(policy))) };
}

function eventPayload(message: Uint8Array, made: bigint | undefined): { type: number; payload: Uint8Array } {
  if (made === undefined) return { type: recordType.xfrmEvent, payload: message };
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, made, true);
  return { type: recordType.xfrmEventMade, payload: concat([time, message]) };
}

export const added = (sa: IpsecSa): What => ({ event: { kind: 'sa-added', sa } });
export const deleted = (sa: IpsecSa): What => ({ event: { kind: 'sa-deleted', id: saIdentity(sa), sa } });
export const installed = (policy: IpsecPolicy): What => ({ event: { kind: 'policy-added', policy } });
export const removed = (policy: IpsecPolicy): What => ({
  event: { kind: 'policy-deleted', id: policy, policy },
});

/** A selector for what `ipv4` of build.ts sends. */
export const toPeer = aSelector({
  source: { address: '192.0.2.0', prefix: 24 },
  destination: { address: '198.51.100.0', prefix: 24 },
});

/** An Ethernet frame with IPv4 as a host sent it. */
export function seen(at: number, content: Uint8Array, sender: Host | '' = 'west'): SeenFrame {
  const frame =
    content[0] !== undefined && content[0] >> 4 === 6 ? ethernet(0x86dd, content) : ethernet(0x0800, content);
  const [packet] = readWire([{ time: ms(at), frame }]);
  if (packet === undefined) throw new Error('no frame');
  return { file: 'links/test.pcapng', number: 1, time: ms(at), ...(sender && { sender }), packet };
}

/** An ESP packet as the wire oracle told of it. */
export function protectedPacket(
  at: number,
  change: Partial<ProtectedPacket> = {},
  sender: Host = 'west',
): ProtectedPacket {
  return {
    frame: seen(at, ipv4(50, new Uint8Array(40)), sender),
    protocol: 'esp',
    spi: 0x1234abcd,
    source: '192.1.2.45',
    destination: '192.1.2.23',
    encapsulation: 'none',
    word: 'verified',
    copy: false,
    ...change,
  };
}

export const leaks = (evidence: FactEvidence) => judgeClear(evidence, new Choices(evidence)).leaks;
export const wireOf = (evidence: FactEvidence) => judgeWire(evidence, new Choices(evidence));
