import { expect, psk, scenario, strongswan } from 'espalier';

/** Every gateway has a tunnel with every other one: what one lab carries (docs/figures.md). Not for every day: 32 have 496 tunnels. */
for (const size of [8, 16, 32]) {
  const names = Array.from({ length: size }, (_, at) => `g${at + 1}`);
  const connections = names.flatMap((one, at) =>
    names.slice(at + 1).map((other) => ({
      name: `${one}-${other}`,
      authentication: psk('one for all'),
      ends: [
        { host: one, identity: `${one}.test` },
        { host: other, identity: `${other}.test` },
      ] as const,
    })),
  );
  scenario(
    `${size} gateways, each with each`,
    { hosts: Object.fromEntries(names.map((name) => [name, strongswan()])), links: { wan: names }, connections },
    async ({ hosts }) => {
      const gateways = Object.values(hosts);
      for (const gateway of gateways) await gateway.daemon.start();
      for (const { name, ends } of connections) await hosts[ends[0].host]?.initiate(name);
      for (const gateway of gateways) {
        await expect(gateway).toHaveIkeSas(size - 1);
        await expect(gateway).toHaveIpsecSas(2 * (size - 1));
      }
      for (const [at, gateway] of gateways.entries()) {
        const next = gateways[(at + 1) % size];
        if (next !== undefined) await expect(gateway).toReach(next);
        await expect(gateway).not.toHaveSentInClear({ to: '198.18.1.0/24' });
      }
    },
  );
}
