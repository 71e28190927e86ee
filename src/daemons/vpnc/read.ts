import type { ChildSa, DaemonSas } from '../../evidence/child-sa.ts';
import type { IkeSa } from '../../evidence/ipsec.ts';
import { type Tunnel, tunnelsIn } from '../../evidence/stacks/tunip-log.ts';
import type { FactBody } from '../../evidence/text/facts.ts';
import { defined } from '../../evidence/text/shown.ts';

/** Reads what vpnc said of the tunnels that it has: one that has its SAs has both an IKE SA and a pair of others. */
export function readTunnels(text: string): DaemonSas {
  const tunnels = tunnelsIn(text);
  return { ike: tunnels.map(ikeOf), children: tunnels.flatMap(childOf) };
}

/** The daemon numbers nothing: a tunnel is known by its first IKE SPI. */
function idOf({ cookies: [initiator = ''] }: Tunnel): string {
  return initiator;
}

function stateOf({ pairs }: Tunnel): string {
  return pairs.length === 0 ? 'starting' : 'started';
}

function ikeOf(tunnel: Tunnel): IkeSa {
  const { name, local, gateway, pairs, cookies } = tunnel;
  const [initiatorSpi, responderSpi] = cookies;
  return {
    version: 1,
    name,
    id: idOf(tunnel),
    state: stateOf(tunnel),
    established: pairs.length > 0,
    local,
    remote: gateway,
    ...defined({ initiatorSpi, responderSpi }),
  };
}

function childOf(tunnel: Tunnel): ChildSa[] {
  const { name, address, target, cipher, hash, pairs, encapsulated } = tunnel;
  if (cipher === undefined) return [];
  const { spiIn, spiOut, until } = pairs.at(-1) ?? {};
  return [
    {
      name,
      id: idOf(tunnel),
      ike: idOf(tunnel),
      state: stateOf(tunnel),
      established: spiIn !== undefined && spiOut !== undefined && until === undefined,
      protocol: 'esp',
      mode: 'tunnel',
      encapsulated,
      esn: false,
      ...defined({ spiIn, spiOut }),
      local: address === undefined ? [] : [`${address}/32`],
      remote: [target],
      algorithms: `${cipher}/${hash}`,
    },
  ];
}

type Groups = Readonly<Record<string, string | undefined>>;

/** Lines of a person's terminal (vpnc.c, tunip.c); what it says has no name of a connection in it. */
const patterns: readonly (readonly [RegExp, (groups: Groups) => FactBody])[] = [
  [
    /^IKE SA selected (?<algorithms>\S+)$/,
    ({ algorithms = '' }) => ({ kind: 'ike-negotiated', connection: '', algorithms }),
  ],
  [/^VPNC started in (?:fore|back)ground\b/, () => ({ kind: 'connection-up', connection: '' })],
  [
    /^vpnc: (?<reason>no response from target|hash comparison failed|authentication unsuccessful|response was invalid|(?:quick mode|configuration) response rejected)/,
    ({ reason = '' }) => ({ kind: 'negotiation-failed', connection: '', reason: reason.replaceAll(' ', '-') }),
  ],
];

/** Facts of one line of vpnc. */
export function vpncFacts(line: string): FactBody[] {
  for (const [pattern, fact] of patterns) {
    const match = pattern.exec(line);
    if (match !== null) return [fact(match.groups ?? {})];
  }
  return [];
}
