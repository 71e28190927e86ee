import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SourceLayer } from '../../../../src/lab/source-layers.ts';
import type { Substrate } from '../../../../src/lab/substrate/substrate.ts';
import { LabSupply } from '../../../../src/lab/supply.ts';
import type { RunOptions } from '../../../../src/model/run.ts';
import { openSuites, overSources } from '../../../../src/session/local/open.ts';
import { packImage } from '../../../../src/supply/image/pack.ts';

type Files = Readonly<Record<string, string>>;

const folder = 'testing/tests/sql/a';
const tree: Files = {
  'testing/scripts/build-certs-chroot': '',
  [`${folder}/description.txt`]: '',
  [`${folder}/test.conf`]: 'IPSECHOSTS="moon"\nTCPDUMPHOSTS=""\n',
  [`${folder}/pretest.dat`]: '',
  [`${folder}/evaltest.dat`]: 'moon::echo a::a::YES\n',
  [`${folder}/posttest.dat`]: '',
  [`${folder}/hosts/moon/etc/strongswan.conf`]: 'charon {\n  load = nonce sql kdf openssl\n}\n',
};
const charon = { 'usr/lib/ipsec/libcharon.so.0.0.0': 'aggressive_mode_create' };
const plugin = { 'usr/lib/ipsec/plugins/libstrongswan-sql.so': '' };

/** Folders below a temporary one, and images of them. */
function place(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-over-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const write = (name: string, files: Files): string => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(dir, name, dirname(path)), { recursive: true });
      writeFileSync(join(dir, name, path), content);
    }
    return join(dir, name);
  };
  const pack = async (name: string, files: Files): Promise<string> => {
    await packImage(write(name, files), join(dir, `${name}.erofs`), { allRoot: true });
    return join(dir, `${name}.erofs`);
  };
  return { write, pack };
}

/** What labs boot where every recipe is this one file. */
function supplyOf(path: string): LabSupply {
  const image = { path, id: 'image', sha256: '', versions: {}, built: undefined };
  return new LabSupply({ supply: () => ({ image: async () => image }) } as unknown as Substrate, {});
}

test('which tests can run follows from what was built, where it lies over the image of all hosts', async (t) => {
  const { write, pack } = place(t);
  const options = { suite: write('swan', tree), helpers: 'ours' } as unknown as RunOptions;
  const supply = supplyOf(await pack('image', charon));
  const layer = { id: 'layer', sha256: '', path: await pack('layer', plugin) };
  const built: SourceLayer = { name: 'strongswan', version: '1', layer, image: 'debian-trixie-strongswan-built' };
  const name = 'strongswan-built';
  const opened = await openSuites([name], options, supply);
  const reason = async (sources: readonly SourceLayer[]): Promise<string | undefined> => {
    const suites = await overSources(opened, { options, supply, sources });
    return (await suites.get(name)?.list())?.[0]?.unsupported;
  };
  assert.equal(await reason([built]), undefined);
  const without = { ...built, layer: { ...layer, path: await pack('without', charon) } };
  assert.match((await reason([without])) ?? '', /plugins sql or attr-sql/);
  assert.equal(await overSources(opened, { options, supply, sources: [{ ...built, host: 'moon' }] }), opened);
  assert.equal(await overSources(opened, { options, supply, sources: [{ ...built, image: 'another' }] }), opened);
  assert.equal(await overSources(opened, { options, supply }), opened);
});
