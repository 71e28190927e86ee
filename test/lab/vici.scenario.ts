/** What charon says over vici, what swanctl prints of it, and what the kernel's tables hold, all of one lab. Run by vici.test.ts. */
import assert from 'node:assert/strict';
import { listSasRequest, readListedSas } from '../../src/daemons/strongswan/read.ts';
import type { ChildSa } from '../../src/evidence/child-sa.ts';
import type { IpsecSa } from '../../src/evidence/ipsec.ts';
import { type DaemonHost, expect, linux, psk, scenario, strongswan } from '../../src/suites/scenarios/api/index.ts';

/** Linux's word for strongSwan's, and how many bits of key and salt the kernel has for it. */
const kernelWord: Readonly<Record<string, readonly [string, number]>> = {
  'AES_GCM_16-256': ['rfc4106(gcm(aes))', 288],
  'AES_CBC-128/HMAC_SHA2_256_128': ['cbc(aes)', 128],
};

scenario(
  'vici, swanctl and XFRM say the same',
  {
    hosts: { west: strongswan(), east: strongswan(), left: linux(), right: linux() },
    links: {
      wan: ['west', 'east'],
      here: { west: '10.1.0.1/24', left: '10.1.0.2/24' },
      there: { east: '10.2.0.1/24', right: '10.2.0.2/24' },
    },
    connections: [
      {
        name: 'gcm',
        authentication: psk('known to both'),
        ends: [
          { host: 'west', identity: 'west.gcm', selectors: ['10.1.0.0/24'] },
          { host: 'east', identity: 'east.gcm', selectors: ['10.2.0.0/24'] },
        ],
        child: { proposals: [{ encryption: ['aes-256-gcm'], esn: 'yes' }] },
      },
      {
        name: 'cbc',
        authentication: psk('known to both'),
        ends: [
          { host: 'west', identity: 'west.cbc', selectors: ['10.1.0.1/32'] },
          { host: 'east', identity: 'east.cbc', selectors: ['10.2.0.1/32'] },
        ],
        child: { proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha2-256-128'] }] },
      },
    ],
  },
  async ({ hosts: { west, east } }) => {
    await east.daemon.start();
    await west.daemon.start();
    await west.initiate('gcm');
    await west.initiate('cbc');
    await expect(west).toReach('10.2.0.1', { from: '10.1.0.1' });
    for (const host of [west, east]) await agrees(host);
  },
);

async function agrees(host: DaemonHost): Promise<void> {
  const { stdout: digits } = await host.exec(`/usr/local/libexec/vici ${listSasRequest}`);
  const { stdout: raw } = await host.exec('swanctl --list-sas --raw');
  const { ike, children } = readListedSas(digits);
  assert.equal(ike.length, 2);
  assert.equal(children.length, 2);
  const kernel = new Map(host.ipsecSas().map((sa) => [sa.spi, sa]));
  assert.equal(kernel.size, 4, 'the kernel has no other SAs');
  for (const sa of ike) {
    for (const part of [`initiator-spi=${sa.initiatorSpi}`, `responder-spi=${sa.responderSpi}`, `uniqueid=${sa.id} `]) {
      assert.ok(raw.includes(part), part);
    }
  }
  for (const child of children) {
    const { spiIn = 0, spiOut = 0 } = child;
    for (const part of [`spi-in=${hex(spiIn)}`, `spi-out=${hex(spiOut)}`, `local-ts=[${child.local}]`]) {
      assert.ok(raw.includes(part), part);
    }
    same(child, kernel.get(spiIn));
    same(child, kernel.get(spiOut));
  }
}

const hex = (spi: number): string => spi.toString(16).padStart(8, '0');

function same(child: ChildSa, sa: IpsecSa | undefined): void {
  assert.ok(sa, 'the kernel has an SA of this SPI');
  const { name, key } = sa.aead ?? sa.encryption ?? { name: '', key: new Uint8Array() };
  const told = Object.entries(kernelWord).find(([word]) => child.algorithms?.startsWith(word))?.[1];
  assert.deepEqual([name, key.length * 8], told, child.algorithms);
  assert.deepEqual(
    [sa.protocol, sa.mode, sa.reqid, sa.esn],
    [child.protocol, child.mode, child.reqid, child.esn],
    child.name,
  );
}
