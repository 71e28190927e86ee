import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMachine, readNetworkFile } from '../../../../src/suites/libreswan/machine-files.ts';

const outer = `[Match]
Name=eth1
MACAddress=12:00:00:AA:BB:01

[Network]
Address=2001:db8:9::7/64
Address=198.51.100.7/24
Gateway=198.51.100.1
IPForward=yes

[Route]
Gateway=2001:db8:9::9
Destination=2001:db8:1::77/64

[Route]
Destination=203.0.113.0/25
Gateway=198.51.100.9
`;

const xml = (extra = ''): string => `<domain><devices>
  <filesystem type='mount'/><filesystem type='mount'/>
  <interface type='bridge'>
    <!-- <source bridge='@@P@@nowhere'/> -->
    <source bridge='outside'/>
  </interface>
  <interface type='bridge'>
    <mac address='12:00:00:aa:bb:01' />
    <source bridge='@@PREFIX@@198_51_100' />
  </interface>
  <!--bsd?--> <interface type='bridge'>
    <!--bsd?--> <source bridge='outside'/>
  <!--bsd?--> </interface>
  ${extra}
</devices></domain>`;

function network(): NonNullable<ReturnType<typeof readNetworkFile>> {
  const read = readNetworkFile(outer);
  assert.ok(read);
  return read;
}

test('a machine has its interfaces, addresses and routes from the files that describe it', () => {
  assert.deepEqual(readMachine(xml(), [network()]), {
    nics: [
      { name: 'eth0', link: 'outside', mac: '12:00:00:aa:bb:00', addresses: [], altNames: ['enp0s4', 'ens4'] },
      {
        name: 'eth1',
        link: '198_51_100',
        mac: '12:00:00:aa:bb:01',
        addresses: ['198.51.100.7/24', '2001:db8:9::7/64'],
        altNames: ['enp0s5', 'ens5'],
      },
    ],
    routes: [
      { to: 'default', via: '198.51.100.1' },
      { to: '203.0.113.0/25', via: '198.51.100.9' },
      { to: '2001:db8:1::/64', via: '2001:db8:9::9' },
    ],
  });
});

test('a slot that another device has is left out', () => {
  const machine = readMachine(xml("<rng><address type='pci' bus='0x00' slot='0x05'/></rng>"), [network()]);
  assert.deepEqual(
    machine?.nics.map(({ altNames }) => altNames?.[0]),
    ['enp0s4', 'enp0s6'],
  );
});

test('a file for the same card under another name, or without a card, configures nothing here', () => {
  assert.deepEqual(readMachine(xml(), [{ ...network(), name: 'eth2' }])?.nics[1]?.addresses, []);
  assert.equal(readNetworkFile('[Match]\nName=eth1\n[Network]\nDHCP=ipv4\n'), undefined);
});

test('a description without interfaces is none', () => {
  assert.equal(readMachine('', []), undefined);
});
