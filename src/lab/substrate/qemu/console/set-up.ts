import { typed } from '../../../../dialogue/dialogue.ts';
import type { HostProfile } from '../../../../dialogue/systems/profile.ts';
import { familyOf } from '../../../../model/addresses.ts';
import type { Host } from '../../../../model/topology.ts';

/** Lines that make the host of a topology out of a system that has just started. Each must succeed. */
export function setUpLines(profile: HostProfile, host: Host): string[] {
  const { files, up, address: addressLine } = profile;
  const nics = host.nics.map((nic, index) => ({ nic, name: typed(profile.nic, { index: String(index) }) }));
  return [
    ...(files === undefined ? [] : [files]),
    ...host.sysctls.flatMap(([path, value]) => {
      const line = profile.sysctls?.[path] ?? profile.sysctl;
      return line === undefined ? [] : [typed(line, { path, value })];
    }),
    ...nics.flatMap(({ nic, name }) => [
      ...(up === undefined ? [] : [typed(up, { nic: name })]),
      ...nic.addresses.map((address) => typed(addressLine, { nic: name, ...partsOf(address) })),
    ]),
    ...host.routes.map(({ to, via }) => typed(profile.route, { to, via, inet: inetOf(via) })),
  ];
}

const bitsOfV4 = 32;

function inetOf(address: string): string {
  return familyOf(address) === 4 ? 'inet' : 'inet6';
}

function partsOf(address: string): Record<'address' | 'ip' | 'netmask' | 'inet', string> {
  const [ip = '', length = ''] = address.split('/');
  const mask = Number(length) === 0 ? 0 : (0xffff_ffff << (bitsOfV4 - Number(length))) >>> 0;
  const netmask = [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.');
  return { address, ip, netmask, inet: inetOf(address) };
}
