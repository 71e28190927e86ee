import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import { adaptations } from '../../../../src/suites/libreswan/adaptations.ts';
import { unknownHelpers } from '../../../../src/suites/libreswan/plan.ts';
import { receivedTexts, rewritten as rewrittenBy } from '../../../../src/suites/libreswan/received-text.ts';
import { openTree } from '../../../../src/suites/libreswan/test-files.ts';
import { makeTree } from './tree.ts';

function rewritten(id: string, text: string): string {
  const found = receivedTexts.find((one) => one.id === id);
  assert.ok(found, id);
  return rewrittenBy(found, text);
}

test('every adaptation has an id of its own, a reason, and the file it places', () => {
  assert.equal(new Set(adaptations.map(({ id }) => id)).size, adaptations.length);
  for (const one of adaptations) {
    assert.ok(one.reason.length > 20, one.id);
    if (one.kind !== 'guest-file') continue;
    const sources = [one.source, ...(one.standsFor?.generations ?? []).map(({ source }) => source)];
    for (const source of sources) assert.ok(existsSync(join(projectDir, 'src/suites/libreswan/guest', source)), one.id);
  }
});

test('words of strongSwan 6 become those of 5.9, with the facts beside them kept', () => {
  assert.equal(
    rewritten(
      'strongswan-key-exchange-method',
      "peer didn't accept key exchange method ECP_256, it requested MODP_2048\n",
    ),
    "peer didn't accept DH group ECP_256, it requested MODP_2048\n",
  );
  const identity = "authentication of '192.0.2.1' (myself) with pre-shared key\n";
  assert.equal(
    rewritten('strongswan-default-identity', `no IDi configured, default to IP address 192.0.2.1\n${identity}`),
    `no IDi configured, fall back on IP address\n${identity}`,
  );
  assert.equal(
    rewritten('strongswan-child-closed', 'CHILD_SA a-b{2} closed\nCHILD_SA {2} closed successfully\n'),
    'CHILD_SA closed\nCHILD_SA {2} closed successfully\n',
  );
});

test('where the next line does not repeat what would be dropped, it stays', () => {
  const address = "no IDi configured, default to IP address 192.0.2.1\nauthentication of '192.0.2.9' (myself)\n";
  assert.equal(rewritten('strongswan-default-identity', address), address);
  const child = 'CHILD_SA a-b{2} closed\nCHILD_SA {3} closed successfully\n';
  assert.equal(rewritten('strongswan-child-closed', child), child);
});

test('socket policies are listed as if IPv6 had been opened first; none is lost', () => {
  const policies = (address: string): string =>
    ['in', 'out'].map((way) => `src ${address} dst ${address} \n\tsocket ${way} priority 0 ptype main \n`).join('');
  const v4 = policies('0.0.0.0/0');
  const v6 = policies('::/0');
  const before = 'src 192.0.2.0/24 dst 192.0.2.0/24 \n\tdir out priority PRIORITY ptype main \n';
  assert.equal(rewritten('strongswan-socket-order', `${before}${v6}${v4}west #\n`), `${before}${v4}${v6}west #\n`);
  assert.equal(rewritten('strongswan-socket-order', `${before}${v4}${v6}west #\n`), `${before}${v4}${v6}west #\n`);
});

test('a replacement is placed only for a helper that it was written for', async () => {
  using tree = makeTree();
  const placed = async (): Promise<string[]> => {
    const { plan } = await tree.open().load('hello');
    return plan.files.filter(({ path }) => path.startsWith('/testing/guestbin/')).map(({ path }) => path);
  };
  assert.deepEqual(await placed(), []);
  tree.write('guestbin/post-mortem.sh', readFileSync(join(projectDir, 'scenarios/examples/guestbin/post-mortem.sh')));
  assert.deepEqual(await placed(), ['/testing/guestbin/post-mortem.sh']);
  tree.write('guestbin/post-mortem.sh', 'exit 0\n');
  tree.write('guestbin/swan-prep', 'exit 0\n');
  assert.deepEqual(await placed(), []);
  assert.deepEqual(unknownHelpers(openTree(tree.dir)), ['guestbin/swan-prep', 'guestbin/post-mortem.sh']);
});
