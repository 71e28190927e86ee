import { expect, libreswan, openiked, psk, scenario, strongswan } from '../../../src/suites/scenarios/api/index.ts';

/** A tunnel of each daemon to libreswan. Checks that have to fail do not wait. */
for (const [name, daemon] of Object.entries({ libreswan, strongswan, openiked })) {
  const lab = {
    hosts: { west: daemon(), east: libreswan() },
    links: { wan: ['west', 'east'] },
    connections: [{ name: 'h2h', authentication: psk('the secret'), ends: [{ host: 'west' }, { host: 'east' }] }],
  } as const;

  scenario(`a wrong secret of ${name}`, lab, async ({ hosts: { west, east } }) => {
    // As docs/scenarios.md has it.
    await west.exec("grep -rl 'the secret' /etc | xargs sed -i 's/the secret/another one/'");
    await east.daemon.start();
    await west.daemon.start();
    await west.initiate('h2h');
    await expect(west).toHaveLogged(/AUTHENTICATION_FAILED|authentication failed/);
    await expect(west).toHaveIpsecSas(0);
    await expect.soft(west).toHaveIpsecSas(2, { within: 0 });
  });

  scenario(`a silent peer of ${name}`, lab, async ({ hosts: { west } }) => {
    await west.daemon.start();
    // It ends by itself, when the daemon has given up.
    await west.initiate('h2h');
    await expect.soft(west).toHaveIpsecSas(2, { within: 0 });
  });

  scenario(`${name} that never started`, lab, async ({ hosts: { west } }) => {
    await expect.soft(west).toHaveIkeSas(0, { within: 0 });
    await expect.soft(west).toHaveIpsecSas(2, { within: 0 });
  });
}
