import type { ChildSa, DaemonSas } from '../../evidence/child-sa.ts';
import type { IkeSa } from '../../evidence/ipsec.ts';
import type { FactBody } from '../../evidence/text/facts.ts';
import { defined } from '../../evidence/text/shown.ts';

/**
 * What `ikectl show sa` of OpenIKED writes (iked/ikev2.c: ikev2_info_sa, ikev2_info_csa, ikev2_info_flow). Every line ends in
 * the address of its IKE SA in the daemon's memory; both halves of a Child SA name each other by it.
 */
const sas =
  /^iked_sas: (?<id>\S+) rspi 0x(?<responder>[0-9a-f]{1,16}) ispi 0x(?<initiator>[0-9a-f]{1,16}) (?<local>[^\s<>]+)->(?<remote>[^\s<>]+?)(?:<(?<peerId>[^>]*)>)?(?:\[(?<address>[^\]]*)\])? (?<state>[A-Z_]+) (?<role>[ir])\b/;
const halves =
  /^ +sa_childsas: (?<id>\S+) (?<protocol>ESP|AH|IPCOMP) 0x(?<spi>[0-9a-f]{1,8}) (?<direction>in|out) (?<from>\S+) -> (?<to>\S+) \((?<flags>[A-Z]*)\).* P=(?<partner>\S+) @(?<ike>\S+)$/;
const flows =
  /^ +sa_flows: \S+ (?<protocol>ESP|AH|IPCOMP) (?<direction>in|out) (?<from>\S+) -> (?<to>\S+) .*@(?<ike>\S+)$/;

type Groups = Readonly<Record<string, string | undefined>>;

/** Reads one line of `ikectl show sa` as facts of a console. Connections have no name there. */
export function ikedFact(line: string): FactBody | undefined {
  const ike = sas.exec(line)?.groups;
  if (ike !== undefined) {
    const { local = '', remote = '', state = '' } = ike;
    const established = state === 'ESTABLISHED';
    return { kind: 'sa-listed', connection: '', of: 'ike', state, established, ends: `${local}->${remote}` };
  }
  const half = halves.exec(line)?.groups;
  if (half !== undefined) {
    const { protocol = '', direction = '', from = '', to = '', flags = '' } = half;
    const state = flags;
    const ends = `${direction} ${from}->${to}`;
    return { kind: 'sa-listed', connection: '', of: 'ipsec', state, established: isLoaded(flags), protocol, ends };
  }
  const { direction, from, to } = flows.exec(line)?.groups ?? {};
  if (direction === undefined) return undefined;
  return { kind: 'connection-status', connection: '', item: 'flow', value: `${direction} ${from}->${to}` };
}

/** `L`: the kernel has it. */
function isLoaded(flags: string): boolean {
  return flags.includes('L');
}

/**
 * Reads the whole of `ikectl show sa`. Flows belong to an IKE SA and not to one child, so all children of an IKE SA have its
 * flows as selectors. Lines that are none of these are passed over.
 */
export function readIkedSas(text: string): DaemonSas {
  const lines = text.split('\n').filter((line) => line.length < 4096);
  const read = (pattern: RegExp): Groups[] => groupsOf(lines, pattern);
  const outFlows = read(flows).filter(({ direction }) => direction === 'out');
  const both = read(halves);
  const inbound = new Map(both.filter(({ direction }) => direction === 'in').map((one) => [one.id, one]));
  const taken = new Set<Groups>();
  const children = both
    .filter(({ direction }) => direction === 'out')
    .map((out) => {
      const partner = inbound.get(out.partner);
      if (partner !== undefined) taken.add(partner);
      return childOf(partner, out, outFlows);
    });
  const alone = [...inbound.values()].filter((one) => !taken.has(one)).map((one) => childOf(one, undefined, outFlows));
  return { ike: read(sas).map(ikeOf), children: [...children, ...alone] };
}

function groupsOf(lines: readonly string[], pattern: RegExp): Groups[] {
  return lines.flatMap((line) => {
    const groups: Groups | undefined = pattern.exec(line)?.groups;
    return groups === undefined ? [] : [groups];
  });
}

function ikeOf({ id = '', responder = '', initiator = '', local, remote, state = '' }: Groups): IkeSa {
  return {
    version: 2,
    name: '',
    id,
    state,
    established: state === 'ESTABLISHED',
    ...defined({ local: host(local), remote: host(remote) }),
    initiatorSpi: initiator.padStart(16, '0'),
    responderSpi: responder.padStart(16, '0'),
  };
}

function childOf(inbound: Groups | undefined, outbound: Groups | undefined, all: readonly Groups[]): ChildSa {
  const { id = '', ike = '', protocol = '', flags = '', to = '' } = outbound ?? inbound ?? {};
  const own = all.filter((flow) => flow.ike === ike);
  const name = protocol.toLowerCase();
  const number = (digits: string | undefined): number | undefined =>
    digits === undefined ? undefined : Number.parseInt(digits, 16);
  return {
    name: '',
    id,
    ike,
    state: flags,
    established: [inbound, outbound].every((half) => half !== undefined && isLoaded(half.flags ?? '')),
    ...(name === 'esp' || name === 'ah' ? { protocol: name } : {}),
    // RFC 3948 and RFC 7296, 2.23: ESP in UDP goes through port 4500.
    encapsulated: to.endsWith(':4500'),
    esn: false,
    ...defined({ spiIn: number(inbound?.spi), spiOut: number(outbound?.spi) }),
    local: own.map(({ from = '' }) => from),
    remote: own.map(({ to: network = '' }) => network),
  };
}

/** `192.0.2.1:500`, `[2001:db8::1]:500`, or without a port. */
function host(end: string | undefined): string | undefined {
  const [, bracketed, plain] = /^\[([^\]]*)\]|^([^:]*):\d+$/.exec(end ?? '') ?? [];
  return bracketed ?? plain ?? end;
}
