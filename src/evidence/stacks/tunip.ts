import type { IpsecSa, Selector } from '../ipsec.ts';
import { algorithmsOf } from './libipsec-algorithms.ts';
import { bare, policyOf } from './libipsec-entries.ts';
import type { StackEvent } from './stack-event.ts';
import { selectorOfTexts } from './traffic-selector.ts';
import { type SaPair, type Tunnel, tunnelsIn } from './tunip-log.ts';

/**
 * What vpnc says of its SAs and of what it protects. It looks at no policy, neither on the way out, where routes choose what it gets, nor on
 * the way in: the one policy here stands for its route, of what was negotiated.
 */
export function tunipEvents(log: string): StackEvent[] {
  return tunnelsIn(log).flatMap((tunnel): StackEvent[] => {
    const { began, name, pairs } = tunnel;
    const start: StackEvent = { kind: 'began', time: began };
    const [first] = pairs;
    if (first === undefined) return [start];
    const policy = policyOf('out', protectedBy(tunnel), reqid);
    return [
      start,
      { kind: 'policy-added', time: first.since, name, policy },
      ...pairs.flatMap((pair) => eventsOf(tunnel, pair)),
    ];
  });
}

/** It has no numbers of its own for what belongs together. */
const reqid = 1;

function eventsOf(tunnel: Tunnel, pair: SaPair): StackEvent[] {
  const { since, until } = pair;
  const sas = sasOf(tunnel, pair);
  const added = sas.map((sa): StackEvent => ({ kind: 'sa-added', time: since, sa }));
  if (until === undefined) return added;
  const gone = sas.map(
    ({ spi, direction }): StackEvent => ({ kind: 'sa-deleted', time: until, spi, ...(direction && { direction }) }),
  );
  return [...added, ...gone];
}

function sasOf(tunnel: Tunnel, pair: SaPair): IpsecSa[] {
  const { local, gateway } = tunnel;
  const { spiIn, spiOut } = pair;
  const made = (half: Half) => saOf(tunnel, pair, half);
  return [
    ...(spiIn === undefined ? [] : [made({ spi: spiIn, source: gateway, destination: local, direction: 'in' })]),
    ...(spiOut === undefined ? [] : [made({ spi: spiOut, source: local, destination: gateway, direction: 'out' })]),
  ];
}

type Half = Pick<IpsecSa, 'spi' | 'source' | 'destination'> & { readonly direction: 'in' | 'out' };

/** Names of supp.c and those of libipsec, which the table of algorithms has. */
const ciphers: Readonly<Record<string, string>> = {
  null: 'NULL',
  '3des': '3DES_CBC',
  aes128: 'AES_CBC',
  aes192: 'AES_CBC',
  aes256: 'AES_CBC',
};

function saOf({ cipher = '', hash = '', encapsulated }: Tunnel, { keys, since }: SaPair, half: Half): IpsecSa {
  const { encryption, integrity } = keys[half.direction];
  const isKnown = encryption !== undefined && integrity !== undefined;
  const none = new Uint8Array();
  const { encapsulation, ...plain } = bare;
  return {
    ...plain,
    ...(encapsulated && encapsulation && { encapsulation }),
    ...algorithmsOf(ciphers[cipher] ?? cipher, hash === 'sha1' ? 'HMAC_SHA1_96' : hash, {
      encryption: encryption ?? none,
      integrity: integrity ?? none,
    }),
    ...(!isKnown && { keysUnknown: true as const }),
    ...half,
    // tunip.c, encap_esp_validate_seqid.
    replayWindow: 33,
    reqid,
    family: 4,
    use: { ...bare.use, addTime: since / 1_000_000_000n },
  };
}

/** What was negotiated: the address that it got, and the network of its file. */
function protectedBy({ address, target }: Tunnel): Selector | undefined {
  return address === undefined ? undefined : selectorOfTexts(`${address}/32`, target);
}
