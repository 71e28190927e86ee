import { expect, scenario } from 'espalier';
import { gateways, openikeds, title } from './report.ts';

const both = ['7.2', '7.4'] as const;

// openiked/openiked-portable#127: Debian's package lacks the file from which `ikectl ca` makes certificates.
for (const version of both) {
  const own = openikeds[version];
  const fails = version === '7.2';
  scenario(
    title(own, 'openiked-portable#127 ikectl ca', fails ? 'minor' : undefined),
    gateways(own, own),
    async ({ hosts: { west } }) => {
      await expect(west).toRun(
        'ikectl ca vpn create password secret < /dev/null',
        fails ? { status: 1, prints: 'x509v3.cnf' } : {},
      );
    },
  );
}
