import { expect, type Host, scenario, type XfrmSaParts } from 'espalier';
import { addresses, connect, outSpi, pair, pings } from './labs.ts';

const events = '/run/aevents';

/** Events of an SA, by its SPI, in order: why the kernel told them. */
async function eventsOf(host: Host, spi: number): Promise<readonly string[]> {
  const text = await host.read(events);
  const told = text.matchAll(/^Async event +\(0x\w+\) +(\w+ \w+).*\n.*\bSPI (0x\w+)/gm);
  return [...told].flatMap(([, why = '', of]) => (Number(of) === spi ? [why] : []));
}

/** Subscribes to what the kernel tells of sequence numbers; without anybody who asks, it tells nothing. */
async function ask(host: Host): Promise<void> {
  await host.exec(`(stdbuf -oL ip xfrm monitor aevent >${events} 2>&1 & echo $! >/run/aevents.pid)`);
  // XFRMNLGRP_AEVENTS is the fifth group.
  await expect(host).toRun("grep -q ' 00000010 ' /proc/net/netlink");
}

const windows = [
  ['a window of 32', { replayWindow: 32 }],
  ['a window of 256', { replayWindow: 256 }],
  ['ESN', { replayWindow: 64, esn: true }],
] as const satisfies readonly (readonly [string, XfrmSaParts])[];

// net/xfrm/xfrm_replay.c, xfrm_replay_notify: how a standby learns of sequence numbers (RFC 6311, 5).
for (const [what, parts] of windows) {
  scenario(
    `S13 who asks learns every fourth sequence number, and the last one after a time: ${what}`,
    pair,
    async ({ hosts: { west, east }, clock }) => {
      // Packets, and tenths of a second.
      await west.exec('sysctl -qw net.core.xfrm_aevent_rseqth=4 net.core.xfrm_aevent_etime=20');
      await connect({ west, east }, { sa: parts });
      await expect(await pings(west, addresses[4].east, { count: 5 }), { what: 'pings nobody asks about' }).toBe(5);
      await ask(west);
      await expect(await eventsOf(west, outSpi), { what: 'events before the next packet' }).toEqual([]);
      await expect(await pings(west, addresses[4].east, { count: 8 }), { what: 'pings answered' }).toBe(8);
      await clock.advance('10s');
      const told = ['replay update', 'replay update', 'timer expired'];
      await expect(await eventsOf(west, outSpi), { what: 'events of the SA that sends' }).toEqual(told);
    },
  );
}
