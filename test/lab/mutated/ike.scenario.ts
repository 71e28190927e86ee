/**
 * IKE messages with mutations, as many as ESPALIER_FUZZ says: what a daemon sent itself, with bits inverted, octets drawn, cut, and lengths
 * that lie. Run by ../mutated.test.ts.
 */
import {
  type DaemonSpec,
  delay,
  expect,
  ike,
  libreswan,
  openiked,
  psk,
  scenario,
  strongswan,
} from '../../../src/suites/scenarios/api/index.ts';

const messages = Number(process.env.ESPALIER_FUZZ ?? 300);
/** At one moment; more would find no room in a socket. */
const burst = 20;

const daemons: Readonly<Record<string, DaemonSpec>> = {
  libreswan: libreswan(),
  strongswan: strongswan(),
  openiked: openiked(),
};

/** Whole numbers below a bound, the same in every run (xorshift32, G. Marsaglia). */
function drawn(): (below: number) => number {
  let state = 0x9e3779b9;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A message with one to four changes. */
function mutated(message: Buffer, draw: (below: number) => number): Buffer {
  let changed = Buffer.from(message);
  for (let left = 1 + draw(4); left > 0; left -= 1) {
    const at = draw(changed.length);
    const kind = draw(6);
    if (kind === 0) changed[at] = (changed[at] ?? 0) ^ (1 << draw(8));
    else if (kind === 1) changed[at] = draw(256);
    // Exchange, flags, first payload, and the lengths of payloads decide what is read as what.
    else if (kind === 2) changed[16 + draw(4)] = draw(256);
    else if (kind === 3 && changed.length > 32)
      changed.writeUInt16BE(draw(65_536), 28 + (draw(changed.length - 30) & ~3));
    else if (kind === 4 && changed.length > 28) changed = changed.subarray(0, 28 + draw(changed.length - 28));
    else changed = Buffer.concat([changed.subarray(0, at), Buffer.from([draw(256), draw(256)]), changed.subarray(at)]);
    // Half of them have a right length in their header, or most would end there.
    if (draw(2) === 0 && changed.length >= 28) changed.writeUInt32BE(changed.length, 24);
  }
  return changed;
}

for (const [name, daemon] of Object.entries(daemons)) {
  scenario(
    `mutated messages for ${name}`,
    {
      hosts: { west: strongswan(), east: daemon },
      links: { wan: ['west', 'east'] },
      connections: [
        { name: 'h2h', authentication: psk('only these two know'), ends: [{ host: 'west' }, { host: 'east' }] },
      ],
    },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      const wan = net.link('wan');
      const own = await wan.on(ike({ from: west, times: 'all' }), delay('1ms'));
      await west.initiate('h2h');
      await expect(west).toHaveIpsecSas(2);
      await west.terminate('h2h');
      await own.end();
      // Behind Ethernet, IPv4 and UDP; port 4500 has four octets more.
      const originals = own.frames.map((frame) =>
        Buffer.from(frame).subarray(frame[36] === 500 >> 8 && frame[37] === (500 & 255) ? 42 : 46),
      );
      const draw = drawn();
      for (let done = 0; done < messages; done += burst) {
        await wan.inject(
          Array.from({ length: burst }, () => ({
            from: 'west',
            to: 'east',
            udp: { source: 500, destination: 500 },
            octets: mutated(originals[draw(originals.length)] ?? Buffer.alloc(28), draw),
          })),
        );
        await clock.advance('50ms');
      }
      // Half-open IKE SAs are forgotten.
      await clock.advance('5min');
      await expect(east).not.toHaveDied();
      await west.initiate('h2h');
      await expect(west).toHaveIpsecSas(2);
      await expect(west).toReach(east);
    },
  );
}
