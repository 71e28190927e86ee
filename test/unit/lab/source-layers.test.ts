import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Layer, laySources, type SourceLayer } from '../../../src/lab/source-layers.ts';

const layer = (id: string): Layer => ({ id, sha256: id, path: `/${id}` });
const identity = (id: string) => ({ id, sha256: '' });
const images = {
  west: identity('debian-trixie-swan-0123456789ab'),
  east: identity('debian-trixie-swan-0123456789ab'),
  nic: identity('debian-trixie-swan-suite-0123456789ab'),
};
const source = (id: string, host?: string): SourceLayer => ({
  name: 'swan',
  version: id,
  layer: layer(id),
  image: 'debian-trixie-swan',
  ...(host !== undefined && { host }),
});
const ids = (overlays: ReturnType<typeof laySources>['overlays']) =>
  Object.fromEntries(Object.entries(overlays).map(([host, layers]) => [host, layers.map(({ id }) => id)]));

test('hosts get a source whose image it was built for, below what the user lays over them', () => {
  const { overlays, versions } = laySources({ images }, { '*': [layer('all')], west: [layer('own')] }, [source('new')]);
  assert.deepEqual(ids(overlays), { west: ['own', 'all', 'new'], east: ['all', 'new'], nic: ['all'] });
  assert.deepEqual(versions, { swan: 'new' });
});

test('a source for one host lies above the one for all, and no other host has it', () => {
  const { overlays, versions } = laySources({ images }, {}, [source('mine', 'west'), source('all')]);
  assert.deepEqual(ids(overlays), { west: ['mine', 'all'], east: ['all'] });
  assert.deepEqual(versions, { swan: 'all', 'west:swan': 'mine' });
});

test('the version of a source for one host is claimed of no other host', () => {
  const { versions } = laySources({ images }, {}, [source('mine', 'west'), source('theirs', 'east')]);
  assert.deepEqual(versions, { 'west:swan': 'mine', 'east:swan': 'theirs' });
});

test('where no host boots the image nothing is laid, and no version is claimed', () => {
  const laid = laySources({ images: { nic: images.nic } }, {}, [source('new')]);
  assert.deepEqual(laid, { overlays: {}, versions: {} });
});

test('a host that boots another image gets the source where it has that daemon as well', () => {
  const alsoHas = { nic: ['debian-trixie-swan'] };
  const laid = laySources({ images: { nic: images.nic }, alsoHas }, {}, [source('new'), source('mine', 'west')]);
  assert.deepEqual(ids(laid.overlays), { nic: ['new'] });
  assert.deepEqual(laid.versions, { swan: 'new' });
});
