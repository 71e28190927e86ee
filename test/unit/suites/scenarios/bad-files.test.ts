import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { openScenarios } from '../../../../src/suites/scenarios/scenarios.ts';

const head = "import { linux, openiked, psk, scenario } from 'espalier';\n";
const declare = (network: string): string => `scenario('x', { ${network} }, async () => {});\n`;
const tolerating = (one: string): string => declare(`hosts: { a: linux() }, links: { l: ['a'] }, tolerates: [${one}]`);

/** Two connections of one host, of the names `a` and `name`. */
const connected = (name: string, one: string, other: string): string => {
  const rest = "authentication: psk('x'), ends: [{ host: 'a' }, { host: 'b' }]";
  const connections = `[{ name: 'a', ${one}${rest} }, { name: '${name}', ${other}${rest} }]`;
  return declare(`hosts: { a: openiked(), b: openiked() }, links: { l: ['a', 'b'] }, connections: ${connections}`);
};

/** Files that no type can refuse: what they declare is understood after they are loaded. */
const files: readonly (readonly [what: string, text: string, message: string, line: number | undefined])[] = [
  [
    'a link to a host that is not there',
    `const names = ['a', 'b'];\n${declare('hosts: { a: linux() }, links: { l: names }')}`,
    'scenario "x": this network is not possible: link l names the host b; the hosts are a',
    3,
  ],
  [
    'one address twice',
    declare("hosts: { a: linux(), b: linux() }, links: { l: { a: '10.0.0.1/24', b: '10.0.0.1/24' } }"),
    'scenario "x": this network is not possible: link l: a and b both have the address 10.0.0.1',
    2,
  ],
  [
    'a gateway on no network of the host',
    declare("hosts: { a: linux({ routes: { default: '10.9.9.9' } }), b: linux() }, links: { l: ['a', 'b'] }"),
    'scenario "x": this network is not possible: host a: the route to default goes via 10.9.9.9, which is on none of its networks',
    2,
  ],
  [
    'a route to no network',
    declare("hosts: { a: linux({ routes: { '10.2.0.1/24': 'b' } }), b: linux() }, links: { l: ['a', 'b'] }"),
    'scenario "x": this network is not possible: host a: "10.2.0.1/24" is no destination of a route, such as 10.2.0.0/24 (host bits of zero) or default',
    2,
  ],
  [
    'a route that leads to the host itself',
    declare("hosts: { a: linux({ routes: { default: '2001:DB8:1::1' } }), b: linux() }, links: { l: ['a', 'b'] }"),
    'scenario "x": this network is not possible: host a: the route to default goes via 2001:DB8:1::1, which is the host itself',
    2,
  ],
  [
    'a route over a link-local address',
    declare("hosts: { a: linux({ routes: { default: 'fe80::2' } }) }, links: { l: { a: 'fe80::1/64' } }"),
    'scenario "x": this network is not possible: host a: the route to default goes via fe80::2, which needs an interface: add it with exec',
    2,
  ],
  [
    'a tolerance of what there is not',
    `const what = 'dead' as 'died';\n${tolerating("{ what, why: 'x' }")}`,
    'scenario "x": `tolerates`: there is no "dead"; there are died, daemon-ended, assertion-failed, expectation-failed, daemon-fatal, memory-error, memory-leak, kernel-fault, half-open',
    3,
  ],
  [
    'a tolerance without a reason',
    tolerating("{ what: 'died', why: ' ' }"),
    'scenario "x": `tolerates`: died has no `why`, the reason for people',
    2,
  ],
  [
    'a tolerance on a host that is not there',
    `const host = 'b' as 'a';\n${tolerating("{ what: 'died', why: 'x', host }")}`,
    'scenario "x": `tolerates`: died names the host "b"; the hosts are a',
    3,
  ],
  [
    'a tolerance of an empty text',
    tolerating("{ what: 'died', why: 'x', host: 'a', text: '' }"),
    'scenario "x": `tolerates`: the `text` of died is no text',
    2,
  ],
  [
    'tolerances that are no list',
    declare("hosts: { a: linux() }, links: { l: ['a'] }, tolerates: 'died' as never"),
    'scenario "x": `tolerates`: is no list',
    2,
  ],
  [
    'two connections of one name',
    connected('a', '', ''),
    'scenario "x": connections a and a: the name a is there twice among connections, Child SAs and policies of this host',
    2,
  ],
  [
    'two connections that want a daemon differently',
    connected('b', "uniqueIds: 'allow', ", "uniqueIds: 'replace', "),
    'scenario "x": connections a and b want uniqueIds differently: openiked 7.4: set enforcesingleikesa holds for all policies (iked.conf(5), GLOBAL CONFIGURATION)',
    2,
  ],
  [
    'several CPUs in virtual time',
    declare("hosts: { a: linux() }, links: { l: ['a'] }, cpus: 2"),
    'scenario "x": cpus: 2: several CPUs exclude virtual time, which the clock infinite is',
    2,
  ],
  [
    'several CPUs and the clock cpu',
    declare("hosts: { a: linux() }, links: { l: ['a'] }, cpus: 2, clock: 'cpu'"),
    'scenario "x": cpus: 2: several CPUs exclude virtual time, which the clock cpu is',
    2,
  ],
  [
    'the flavour with several CPUs in virtual time',
    declare("hosts: { a: linux() }, links: { l: ['a'] }, flavour: 'smp'"),
    'scenario "x": flavour: smp: several CPUs exclude virtual time, which the clock infinite is',
    2,
  ],
  [
    'several CPUs and a flavour with one',
    declare("hosts: { a: linux() }, links: { l: ['a'] }, flavour: 'netkey', cpus: 2, clock: 'real'"),
    'scenario "x": cpus: 2: a kernel of the flavour netkey has one CPU',
    2,
  ],
  [
    'more CPUs than kernels have',
    declare("hosts: { a: linux() }, links: { l: ['a'] }, cpus: 9, clock: 'real'"),
    'scenario "x": cpus: 9 is no number from 1 to 8',
    2,
  ],
  ['no scenario', 'void [scenario, linux, openiked, psk];\n', 'declares no scenario', undefined],
  [
    'one name twice',
    declare("hosts: { a: linux() }, links: { l: ['a'] }").repeat(2),
    'a second scenario is called x; the first is at FILE:2',
    3,
  ],
];

for (const [what, text, message, line] of files) {
  test(`a scenario file with ${what} is refused with file and line`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-bad-'));
    t.after(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'x.scenario.ts');
    writeFileSync(file, head + text);
    const suite = openScenarios({
      name: 'bad',
      files: [file],
      image: () => Promise.reject(new EspalierError('bug', 'no image is needed')),
      checkTypes: async () => {},
    });
    await assert.rejects(suite.list(), (error) => {
      assert.ok(error instanceof EspalierError);
      assert.deepEqual(
        [error.fault, error.message.replaceAll(file, 'FILE'), error.detail.file, error.detail.line],
        ['usage', message, file, line],
      );
      return true;
    });
  });
}
