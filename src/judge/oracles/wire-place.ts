import { commandAt, type FactEvidence, type ProtectedPacket } from '../../evidence/evidence.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import type { Issue } from '../../model/verdict.ts';

/** Where a protected packet was seen, for an issue about it. */
export function placeOf(
  { frame }: ProtectedPacket,
  { commands }: FactEvidence,
): Pick<Issue, 'host' | 'file' | 'packet' | 'command'> {
  const command = commandAt(commands, frame.time)?.line;
  return {
    ...(frame.sender !== undefined && { host: frame.sender }),
    file: frame.file,
    packet: frame.number,
    ...(command !== undefined && { command }),
  };
}

/** By the name of a host; `undefined`, for frames that no host sent, is none. */
export type Hosts = ReadonlyMap<string | undefined, HostTimeline>;

export function hostsByName({ timeline }: FactEvidence): Hosts {
  return new Map(timeline.hosts.map((host) => [host.host, host]));
}
