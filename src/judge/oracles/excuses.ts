import type { FactEvidence, ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import { pathsOf } from './carriers.ts';
import { type Cause, causesIn } from './causes.ts';
import { type Excuse, type ExcusedFact, excuses } from './excuse-rules.ts';
import { codeOf } from './typed-lines.ts';

/** Something that was found, and that a command of the test may have meant. */
export interface Finding {
  readonly fact: ExcusedFact;
  /** The SA, or what the packet names of it. */
  readonly sa: Pick<IpsecSa, 'protocol' | 'spi' | 'source' | 'destination'>;
  /** Hosts that have the SA; the one that sent the packet, undefined where it is none of the lab. */
  readonly hosts: readonly (string | undefined)[];
  /** Virtual nanoseconds since 1970: from when on it was so, and until when. */
  readonly from: bigint;
  readonly until: bigint;
  /** Of a packet: how far it had come on its path, which it had left behind where it was captured. */
  readonly hopLimit?: number;
  /** When something else no longer explains it: what comes later is not its cause. Absent: nothing does. */
  readonly due?: bigint;
}

/**
 * Virtual nanoseconds after which nobody acts any more on what he has missed: charon gives up what it has sent five times after
 * 165 s (retransmit_timeout 4 s, retransmit_base 1.8), pluto after 60 s.
 */
const retransmission = 165_000_000_000n;

/** What was found about a packet. */
export function findingOf(fact: ExcusedFact, packet: ProtectedPacket): Finding {
  const { time, sender, packet: wire } = packet.frame;
  // Of what does not say how far it has come, nobody is known to have sent it on.
  const hopLimit = (wire.datagram?.packet ?? wire.dissected.ip)?.hopLimit ?? Number.POSITIVE_INFINITY;
  return { fact, sa: packet, hosts: [sender], from: time, until: time, hopLimit };
}

/** The first rule by which a command of the test excuses a finding. */
export function excuseFor(finding: Finding, evidence: FactEvidence): Excuse | undefined {
  const { fact, from, until, due = from } = finding;
  const candidates = excuses.filter(({ facts }) => facts.includes(fact));
  for (const cause of causesIn(evidence.commands, candidates)) {
    if (cause.from > until || cause.from > due) break;
    if (inTime(cause, finding) && inSpace(cause, finding, evidence)) return cause.excuse;
  }
  return undefined;
}

/** It began while its cause acted, or soon after, and was over when all must have got over it. */
function inTime({ excuse: { settles }, from: begin, until: end }: Cause, { from, until }: Finding): boolean {
  const acting = end === undefined || end > from ? from : end;
  const last = acting > begin ? acting : begin;
  return from <= last + retransmission && (settles === undefined || until <= last + settles);
}

function inSpace({ excuse: { hosts, namesPeer }, command }: Cause, finding: Finding, evidence: FactEvidence): boolean {
  const { sa, hopLimit } = finding;
  if (namesPeer && !names(codeOf(command.line), finding)) return false;
  if (finding.hosts.includes(command.host)) return true;
  const paths = pathsOf(evidence);
  const reached = hopLimit === undefined ? paths.carriersOf(sa)[hosts] : paths.sendersAbove(sa, hopLimit);
  return reached.has(command.host);
}

function names(line: string, { sa: { source, destination } }: Finding): boolean {
  return line.split(/[\s/,]/).some((word) => word === source || word === destination);
}
