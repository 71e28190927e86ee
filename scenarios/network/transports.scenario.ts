import { expect, scenario } from 'espalier';
import {
  addresses,
  expectProtected,
  families,
  lacking,
  lostPackets,
  pair,
  protectBoth,
  protections,
  sent,
  serve,
} from './labs.ts';

/** A transport protocol that programs use by sockets. */
interface Transport {
  /** What a sender gets where nobody listens, by family (RFC 792, RFC 4443, RFC 9293, 3.5.2). */
  readonly refusal: Readonly<Record<4 | 6, string>>;
  /** Octets of messages: such that fit into one packet, and such that do not. */
  readonly sizes: readonly number[];
  readonly unsupported?: string | undefined;
}

const refused = { 4: 'ECONNREFUSED', 6: 'ECONNREFUSED' };
const datagrams = [1, 1000, 1472, 4000, 60_000];
/** net/ipv4/icmp.c, `icmp_socket_deliver`: an error reaches a raw socket if it quotes 8 octets of what was sent. */
const packets = [8, ...datagrams];
const stream = [1, 1000, 200_000, 2_000_000];

const transports: Readonly<Record<string, Transport>> = {
  raw: { refusal: { 4: 'ENOPROTOOPT', 6: 'EPROTO' }, sizes: packets },
  udp: { refusal: refused, sizes: datagrams },
  tcp: { refusal: refused, sizes: stream },
  sctp: { refusal: refused, sizes: stream, unsupported: lacking('IP_SCTP') },
  dccp: { refusal: refused, sizes: [1, 1000], unsupported: 'Linux has no DCCP since 6.16' },
};

for (const [kind, { refusal, sizes, unsupported }] of Object.entries(transports)) {
  for (const family of families) {
    for (const protection of protections) {
      scenario(`${kind} over IPv${family}, ${protection}`, { ...pair, unsupported }, async ({ hosts }) => {
        const { west, east } = hosts;
        const to = addresses[family].east;
        const isProtected = protection !== 'plain';
        if (isProtected) {
          await protectBoth(hosts, family, async () =>
            expect(await sent(west, { kind, to, sizes }), { what: 'where only west has SAs' }).toBe('silence'),
          );
        }
        const lostBefore = await lostPackets(east);
        await expect(await sent(west, { kind, to, sizes }), { what: 'where nobody listens' }).toBe(refusal[family]);
        await serve(east, kind, to);
        await expect(await sent(west, { kind, to, sizes }), { what: 'messages' }).toBe(`answered ${sizes.length}`);
        if (isProtected) await expectProtected(hosts, { family, packets: sizes.length, lostBefore });
      });
    }
  }
}
