import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCpio } from '../../../../src/supply/kernel/cpio.ts';
import { loadOrder } from '../../../../src/supply/kernel/distribution.ts';

const list = `kernel/fs/erofs/erofs.ko.xz: kernel/lib/libcrc32c.ko.xz
kernel/lib/libcrc32c.ko.xz:
kernel/drivers/block/virtio_blk.ko.xz:
kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz kernel/net/core/failover.ko.xz
kernel/drivers/net/net_failover.ko.xz: kernel/net/core/failover.ko.xz
kernel/net/core/failover.ko.xz:
kernel/drivers/char/hw_random/virtio-rng.ko:
`;

test('modules are loaded behind what they need, each once, and what is built in is not', () => {
  assert.deepEqual(loadOrder(list, ['virtio_blk', 'virtio_console', 'virtio_net', 'virtio-rng', 'erofs']), [
    'kernel/drivers/block/virtio_blk.ko.xz',
    'kernel/net/core/failover.ko.xz',
    'kernel/drivers/net/net_failover.ko.xz',
    'kernel/drivers/net/virtio_net.ko.xz',
    'kernel/drivers/char/hw_random/virtio-rng.ko',
    'kernel/lib/libcrc32c.ko.xz',
    'kernel/fs/erofs/erofs.ko.xz',
  ]);
});

test('the entries of an initramfs begin at multiples of four', () => {
  const archive = encodeCpio([{ path: 'a', mode: 0o100644, content: Buffer.from('xyzzy') }]);
  assert.equal(archive.length % 4, 0);
  assert.equal(archive.indexOf('xyzzy') % 4, 0);
  assert.equal(archive.indexOf('070701', 6) % 4, 0);
  assert.match(archive.toString('latin1'), /^070701[0-9a-f]{104}a\0/);
});
