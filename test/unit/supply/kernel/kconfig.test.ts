import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wantedConfig } from '../../../../src/supply/kernel/flavours.ts';
import { canonicalKconfig, missedOptions, parseKconfig } from '../../../../src/supply/kernel/kconfig.ts';
import { newestSourceName } from '../../../../src/supply/kernel/source.ts';

test('options that are on, off, absent and valued are compared with what was wanted', () => {
  const wanted = parseKconfig('CONFIG_A=y\nCONFIG_B=n\nCONFIG_C=y\nCONFIG_D=n\n# words\nCONFIG_E="null"\nCONFIG_F=0\n');
  const actual = parseKconfig('CONFIG_A=y\nCONFIG_B=y\n# CONFIG_C is not set\nCONFIG_E="xterm"\nCONFIG_F=0\n');
  assert.deepEqual(missedOptions(wanted, actual), [
    'CONFIG_B: wanted n, got y',
    'CONFIG_C: wanted y, got n',
    'CONFIG_E: wanted "null", got "xterm"',
  ]);
});

test('the hash of a configuration does not depend on order or comments', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[A-Z]{1,8}$/)), (names) => {
      const lines = names.map((name) => `CONFIG_${name}=y`);
      const mixed = ['# about', ...lines.toReversed(), ''].join('\n');
      assert.equal(canonicalKconfig(parseKconfig(mixed)), canonicalKconfig(parseKconfig(lines.join('\n'))));
    }),
  );
});

test('the fragment keeps out what would break seeds and the suite', () => {
  const config = wantedConfig('standard');
  for (const name of ['CONFIG_UML_RANDOM', 'CONFIG_HW_RANDOM']) assert.equal(config.get(name), 'n', name);
  assert.equal(config.get('CONFIG_NET_KEY'), undefined);
  assert.equal(config.get('CONFIG_UML_TIME_TRAVEL_SUPPORT'), 'y');
});

test('the newest kernel source is found by number, not by spelling', () => {
  const names = ['linux-source-6.12', 'linux-source-6.9', 'linux-source-6.12-rt', 'linux-source', 'linux-source-5.10'];
  assert.equal(newestSourceName(names), 'linux-source-6.12');
  assert.equal(newestSourceName(['linux-source-7.2', ...names]), 'linux-source-7.2');
  assert.equal(newestSourceName(['linux-source']), undefined);
});
