import { typed } from '../../../../dialogue/dialogue.ts';
import type { HostProfile } from '../../../../dialogue/systems/profile.ts';
import type { Host } from '../../../../model/topology.ts';

/** Lines that make the host of a topology out of a system that has just started. Each must succeed. */
export function setUpLines(profile: HostProfile, host: Host): string[] {
  const nics = host.nics.map((nic, index) => ({ nic, name: typed(profile.nic, { index: String(index) }) }));
  return [
    profile.files,
    ...host.sysctls.map(([path, value]) => typed(profile.sysctl, { path, value })),
    ...nics.flatMap(({ nic, name }) => [
      typed(profile.up, { nic: name }),
      ...nic.addresses.map((address) => typed(profile.address, { nic: name, address })),
    ]),
    ...host.routes.map(({ to, via }) => typed(profile.route, { to, via })),
  ];
}
