import { type DaemonHost, expect, libreswan, psk, scenario } from 'espalier';
import { libreswans, title } from './report.ts';

// libreswan/libreswan#1903 (4.6 to 4.15), #2184 and #2520 (5.2), as OVN's IPsec has it: every node initiates an in- and an out-connection to every other node at
// the same moment. All SAs are there, and every pluto has an expectation that fails: a Child SA is asked for by an IKE SA that is not the connection's newest one.
const port = 6081;
const size = 3;

for (const version of ['4.10', '5.2'] as const) {
  const addresses = Array.from({ length: size }, (_, at) => `192.0.2.${at + 1}`);
  const names = addresses.map((_, at) => `node${at + 1}`);
  const end = (at: number, only?: number) => ({
    host: names[at] ?? '',
    address: addresses[at] ?? '',
    identity: `${names[at]}.test`,
    start: 'trap' as const,
    selectors: [{ network: `${addresses[at]}/32`, protocol: 17, ...(only !== undefined && { port: only }) }],
  });
  // One connection for each ordered pair: its first end listens on the port.
  const connections = names.flatMap((_, from) =>
    names.flatMap((_, to) =>
      from === to
        ? []
        : [
            {
              name: `tun-${from + 1}-${to + 1}`,
              authentication: psk('the whole mesh knows'),
              mode: 'transport' as const,
              ends: [end(from, port), end(to)] as const,
            },
          ],
    ),
  );
  const tolerates = [{ what: 'expectation-failed', text: 'st_serialno', why: 'libreswan/libreswan#1903' }] as const;
  scenario(
    title(libreswans[version], `libreswan#1903 a mesh of ${size}`, 'major'),
    {
      tolerates,
      hosts: Object.fromEntries(names.map((one) => [one, libreswan({ version })])),
      links: { wan: Object.fromEntries(names.map((one, at) => [one, `${addresses[at]}/24`])) },
      connections,
    },
    async ({ hosts, net, clock }) => {
      const nodes = names.map((one) => hosts[one] as DaemonHost);
      for (const node of nodes) await node.daemon.start();
      await net.link('wan').delay('20ms', '5ms');
      const lines = nodes.map((node, own) => {
        const mine = connections.filter(({ name }) =>
          name
            .split('-')
            .slice(1)
            .includes(`${own + 1}`),
        );
        const start = mine.map(({ name }) => `ipsec whack --initiate --asynchronous --name ${name} > /dev/null`);
        return node.exec(start.join('; '));
      });
      await Promise.all(lines);
      await clock.advance('2min');
      for (const node of nodes) {
        await expect(node).toHaveIpsecSas({ atLeast: 4 * (size - 1) });
        await expect(node).toHaveLogged('EXPECTATION FAILED');
      }
    },
  );
}
