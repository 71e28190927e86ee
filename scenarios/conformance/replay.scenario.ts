import { expect, type Host, type Net, scenario, sealedAh, sealedEsp, type XfrmSaParts } from 'espalier';
import { addresses, connect, type Family, families, pair, pings, toEast } from './labs.ts';
import { echoReply } from './packets.ts';

interface Lab {
  readonly hosts: { readonly west: Host; readonly east: Host };
  readonly net: Net<'wan'>;
}

/** What puts packets of the SA from west to east on the link, one by one, and checks what east makes of each. */
async function sender({ hosts: { west, east }, net }: Lab, family: Family, protocol: 'esp' | 'ah') {
  const sa = await east.xfrm.state.get(toEast(family, { protocol }));
  const { west: own, east: peer } = addresses[family];
  const { protocol: nextHeader, octets: inner } = echoReply(own, peer);
  const seal = protocol === 'esp' ? sealedEsp : sealedAh;
  const made = (sequence: number | bigint) => {
    const number = BigInt(sequence);
    const [low, high] = [Number(number & 0xffffffffn), Number(number >> 32n)];
    return seal(sa, { from: west, to: east, sequence: low, highSequence: high, nextHeader, inner });
  };
  return {
    made,
    accepted: (...sequences: (number | bigint)[]) =>
      net.link('wan').inject(sequences.map(made), { expect: 'accepted', at: east }),
    refused: (sequence: number | bigint, counter = 'XfrmInStateSeqError') =>
      net.link('wan').inject(made(sequence), { expect: 'refused', at: east, counter }),
  };
}

// The smallest is less than the bits of the word that holds it.
const windows = [12, 32, 64, 128, 1024, 4096] as const;

for (const family of families) {
  for (const protocol of ['esp', 'ah'] as const) {
    for (const window of windows) {
      for (const esn of [false, true]) {
        const title = `R1 a window of ${window} of ${protocol} over IPv${family}${esn ? ' with ESN' : ''}`;
        // RFC 4303, 3.4.3; RFC 4302, 3.4.3; RFC 4303, appendix A.
        scenario(title, pair, async ({ hosts, net }) => {
          const parts: XfrmSaParts = { replayWindow: window, esn };
          await hosts.east.xfrm.state.add(toEast(family, { protocol, ...parts }));
          const send = await sender({ hosts, net }, family, protocol);
          await send.accepted(1, 2, 3);
          await send.refused(2);
          const top = 10 * window;
          await send.accepted(top);
          // Inside of the window, its lower edge, below it; then a second time.
          await send.accepted(top - 5, top - (window - 1));
          await send.refused(top - window, esn ? 'XfrmInStateProtoError' : 'XfrmInStateSeqError');
          await send.refused(top - (window - 1));
          await send.refused(top);
          // The next number has the bit of the lower edge, which has to be free again although it is jumped over.
          await send.accepted(top + 2, top + 1, top + window);
          await send.refused(top + 1);
          const sa = await hosts.east.xfrm.state.get(toEast(family, { protocol }));
          await expect(sa?.replay?.inbound, { what: 'the highest number received' }).toBe(top + window);
        });
      }
    }

    // RFC 4303, 3.4.4: the window moves only for packets that verify.
    scenario(
      `R5 a spoiled packet of ${protocol} over IPv${family} does not move the window`,
      pair,
      async ({ hosts, net }) => {
        const { east } = hosts;
        await east.xfrm.state.add(toEast(family, { protocol, replayWindow: 32 }));
        const send = await sender({ hosts, net }, family, protocol);
        await send.accepted(1);
        const spoiled = (sequence: number, at: number) => {
          const packet = send.made(sequence);
          const octets = Buffer.from(packet.octets);
          const index = at < 0 ? octets.length + at : at;
          octets[index] = (octets[index] ?? 0) ^ 1;
          return { ...packet, octets };
        };
        const refused = { expect: 'refused', at: east } as const;
        const wrong = { ...refused, counter: 'XfrmInStateProtoError' } as const;
        // The ICV's last octet, of ESP; the payload's, of AH. Then the first octet behind the header. Then the length that AH gives itself.
        await net.link('wan').inject(spoiled(5000, -1), wrong);
        await net.link('wan').inject(spoiled(6000, protocol === 'esp' ? 8 : 12), wrong);
        if (protocol === 'ah') await net.link('wan').inject(spoiled(6500, 1), wrong);
        const cut = send.made(7000);
        await net.link('wan').inject({ ...cut, octets: cut.octets.subarray(0, cut.octets.length - 4) }, refused);
        const stranger = Buffer.from(cut.octets);
        stranger.writeUInt32BE(0x7777, protocol === 'esp' ? 0 : 4);
        await net.link('wan').inject({ ...cut, octets: stranger }, { ...refused, counter: 'XfrmInNoStates' });
        const sa = await east.xfrm.state.get(toEast(family, { protocol }));
        await expect(sa?.replay?.inbound, { what: 'the highest number received' }).toBe(1);
        await send.accepted(2);
        await expect(east).toHaveSa({ protocol, refused: { atLeast: 2 } });
      },
    );

    // RFC 4304; RFC 4303, 2.2.1: the high half is not sent, and enters the ICV.
    scenario(`R3 ESN of ${protocol} over IPv${family} crosses 2^32`, pair, async ({ hosts, net }) => {
      const { west, east } = hosts;
      const parts = { esn: true, replayWindow: 64 } as const;
      const start = 2n ** 32n - 3n;
      await connect(hosts, {
        family,
        sa: { ...parts, protocol },
        atWest: { sent: start },
        atEast: { received: start },
      });
      await expect(await pings(west, addresses[family].east, { count: 6 }), { what: 'pings answered' }).toBe(6);
      const [sent, got] = [
        await west.xfrm.state.get(toEast(family, { protocol })),
        await east.xfrm.state.get(toEast(family, { protocol })),
      ];
      await expect([sent?.replay?.outboundHigh, sent?.replay?.outbound], { what: 'sent' }).toEqual([1, 3]);
      await expect([got?.replay?.inboundHigh, got?.replay?.inbound], { what: 'received' }).toEqual([1, 3]);
      const send = await sender({ hosts, net }, family, protocol);
      await send.refused(start + 1n);
      await send.accepted(2n ** 32n + 4n);
    });

    // RFC 4303, 3.3.3: without ESN a number is not used twice. `oseq-may-wrap` is Linux's own. A window of more than 32 has counters of its own.
    for (const [window, more] of [
      [32, ''],
      [128, ', with a wide window'],
    ] as const) {
      const title = `R4 the last sequence number of ${protocol} over IPv${family} ends the SA${more}`;
      scenario(title, pair, async ({ hosts }) => {
        const { west } = hosts;
        const peer = addresses[family].east;
        await connect(hosts, { family, sa: { protocol, replayWindow: window }, atWest: { sent: 0xfffffffdn } });
        await expect(await pings(west, peer, { count: 5 }), { what: 'pings answered' }).toBe(2);
        const lost = (await west.xfrmStat()).XfrmOutStateSeqError ?? 0;
        await expect(lost, { what: 'packets without a number' }).toBeAtLeast(1);
        const sent = (await west.xfrm.state.get(toEast(family, { protocol })))?.replay?.outbound;
        await expect(sent, { what: 'the last number sent' }).toBe(0xffffffff);
      });
    }

    scenario(
      `R4 the sequence number of ${protocol} over IPv${family} may wrap where asked`,
      pair,
      async ({ hosts }) => {
        const { west } = hosts;
        const parts = { sent: 0xfffffffdn, extraFlags: ['oseq-may-wrap'] } as const;
        await connect(hosts, { family, sa: { protocol, replayWindow: 0 }, atWest: parts });
        await expect(await pings(west, addresses[family].east, { count: 5 }), { what: 'pings answered' }).toBe(5);
        await expect((await west.xfrm.state.get(toEast(family, { protocol })))?.replay?.outbound, {
          what: 'sent',
        }).toBeAtMost(2);
      },
    );
  }

  // RFC 4303, 3.4.3: a receiver may do without.
  scenario(`R1 without a window of IPv${family} a packet may come twice`, pair, async ({ hosts, net }) => {
    await hosts.east.xfrm.state.add(toEast(family, { replayWindow: 0 }));
    const send = await sender({ hosts, net }, family, 'esp');
    await send.accepted(5, 5, 1);
  });
}

// include/uapi/linux/xfrm.h, XFRMA_REPLAY_ESN_MAX; RFC 4303, appendix A.
scenario('R2 a window has at most 4096 packets', pair, async ({ hosts: { west } }) => {
  const { state } = west.xfrm;
  await state.add(toEast(4, { esn: true, replayWindow: 4096 }));
  await expect((await state.get(toEast(4)))?.replayWindow, { what: 'the window' }).toBe(4096);
  await state.add(toEast(6, { esn: true, replayWindow: 4128 }), { expect: 'refused' });
  await state.add(toEast(6, { esn: true, replayWindow: 0 }), { expect: 'refused' });
});

// A sender without ESN and a receiver with it: the ICV covers another high half.
scenario('R3 a peer without ESN is refused once the high half counts', pair, async ({ hosts, net }) => {
  const { east } = hosts;
  await east.xfrm.state.add(toEast(4, { esn: true, replayWindow: 64, received: 2n ** 32n + 10n }));
  const send = await sender({ hosts, net }, 4, 'esp');
  await send.refused(11n, 'XfrmInStateProtoError');
  await send.accepted(2n ** 32n + 11n);
});
