import type { IpPacket } from '../../evidence/packet/packet.ts';
import { prefixContains, prefixOf } from '../../model/addresses.ts';
import { type DaemonPorts, exemptionOf, isGroupReport } from './in-clear.ts';

/** Which packets `toHaveSentInClear` means, as a scenario gives it; all conditions hold at once. */
export interface ClearFilter {
  /** Address, or network in CIDR form. */
  readonly to?: string;
  readonly from?: string;
  /** Name of a link. */
  readonly link?: string;
}

/** Whether a packet is one of those that are meant. */
export type ClearTest = (packet: IpPacket, ports: DaemonPorts) => boolean;

/**
 * In clear, from and to these addresses. Reports of multicast groups count only where their destination is asked for.
 * Raises `malformed` for an address that is none.
 */
export function clearTest({ to, from }: ClearFilter): ClearTest {
  const [target, origin] = [to, from].map((text) => (text === undefined ? undefined : prefixOf(text)));
  return (packet, ports) =>
    exemptionOf(packet, ports) === undefined &&
    (target === undefined ? !isGroupReport(packet) : prefixContains(target, packet.destination)) &&
    (origin === undefined || prefixContains(origin, packet.source));
}

const words = 'packets in clear';

/** What `checks.json` says was looked for; `filterOf` reads it back. */
export function filterText({ to, from, link }: ClearFilter): string {
  const conditions = [to && ` to ${to}`, from && ` from ${from}`, link && ` on ${link}`];
  return [words, ...conditions].join('');
}

/** The filter that a text of `filterText` tells of; undefined: it is none. Addresses hold no blanks, names of links may. */
export function filterOf(text: string): ClearFilter | undefined {
  const match = /^packets in clear(?: to (?<to>\S+))?(?: from (?<from>\S+))?(?: on (?<link>.+))?$/s.exec(text);
  if (match === null) return undefined;
  const { to, from, link } = match.groups ?? {};
  return { ...(to && { to }), ...(from && { from }), ...(link && { link }) };
}
