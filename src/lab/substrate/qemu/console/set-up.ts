import { typed } from '../../../../dialogue/dialogue.ts';
import type { HostProfile } from '../../../../dialogue/systems/profile.ts';
import type { Host } from '../../../../model/topology.ts';

/** Lines that make the host of a topology out of a system that has just started. Each must succeed. */
export function setUpLines(profile: HostProfile, host: Host): string[] {
  const { files, sysctl, up, address: addressLine } = profile;
  const nics = host.nics.map((nic, index) => ({ nic, name: typed(profile.nic, { index: String(index) }) }));
  return [
    ...(files === undefined ? [] : [files]),
    ...(sysctl === undefined ? [] : host.sysctls.map(([path, value]) => typed(sysctl, { path, value }))),
    ...nics.flatMap(({ nic, name }) => [
      ...(up === undefined ? [] : [typed(up, { nic: name })]),
      ...nic.addresses.map((address) => typed(addressLine, { nic: name, ...partsOf(address) })),
    ]),
    ...host.routes.map(({ to, via }) => typed(profile.route, { to, via })),
  ];
}

const bitsOfV4 = 32;

function partsOf(address: string): { address: string; ip: string; netmask: string } {
  const [ip = '', length = ''] = address.split('/');
  const mask = Number(length) === 0 ? 0 : (0xffff_ffff << (bitsOfV4 - Number(length))) >>> 0;
  const netmask = [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
  return { address, ip, netmask };
}
