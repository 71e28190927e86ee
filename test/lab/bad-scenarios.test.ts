import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { ended } from '../e2e/sandbox.ts';
import { skip } from './lab.ts';

/** A daemon with files that it cannot start with, and its own words for it. */
interface Bad {
  readonly daemon: string;
  /** Path and content. */
  readonly file: readonly [string, string];
  readonly message: RegExp;
  readonly words: RegExp;
}

const conn = 'conn x\n\tike=rot13\n\tleft=198.18.1.1\n\tright=198.18.1.2\n\tauto=add\n';

/** What a daemon refuses, by scenario name. How an attempt is judged that fails in other ways is in test/e2e/scenarios.test.ts. */
const table: Readonly<Record<string, Bad>> = {
  'pluto does not start': {
    daemon: 'libreswan',
    file: ['/run/pluto', 'in its way'],
    message: /^libreswan-5\.2 did not start \(exit status \d+\)$/,
    words: /^FATAL ERROR: .*unable to create lock file "\/run\/pluto\/pluto\.pid"/,
  },
  'pluto refuses a keyword': {
    daemon: 'libreswan',
    file: ['/etc/ipsec.conf', 'conn x\n\tnonsense=yes\n'],
    message: /^libreswan-5\.2 did not start/,
    words: /^FATAL ERROR: ipsec addconn: \/etc\/ipsec\.conf:2: unrecognized keyword 'nonsense'$/m,
  },
  'pluto refuses an algorithm': {
    daemon: 'libreswan',
    file: ['/etc/ipsec.conf', conn],
    message: /^libreswan-5\.2 did not start/,
    words: /"x": failed to add connection: IKE encryption algorithm 'rot13' is not recognized/,
  },
  'charon does not start': {
    daemon: 'strongswan',
    file: ['/etc/strongswan.d/bad.conf', 'charon { plugins { { }\n'],
    message: /^strongswan-6\.0\.1 did not start/,
    words: /abort initialization due to invalid configuration/,
  },
  'charon refuses an option': {
    daemon: 'strongswan',
    file: ['/etc/swanctl/conf.d/x.conf', 'connections {\n x {\n  nonsense = yes\n }\n}\n'],
    message: /^strongswan-6\.0\.1 did not start/,
    words: /^loading connection 'x' failed: unknown option: nonsense, config discarded$/m,
  },
  'swanctl cannot read its file': {
    daemon: 'strongswan',
    file: ['/etc/swanctl/conf.d/x.conf', 'connections {\n x {\n'],
    message: /^strongswan-6\.0\.1 did not start/,
    words: /^syntax error, unexpected end of file/m,
  },
  'iked does not start': {
    daemon: 'openiked',
    file: ['/etc/iked/private/local.key', 'no key'],
    message: /^openiked-7\.4 did not start/,
    words: /^config_setkeys: failed to read private key$/m,
  },
  'iked refuses its file': {
    daemon: 'openiked',
    file: ['/etc/iked.conf', 'ikev2 nonsense\n'],
    message: /^openiked-7\.4 did not start/,
    words: /^\/etc\/iked\.conf: 1: syntax error$/m,
  },
};

/** One scenario a line; the first is on line 2. */
function sourceOf([name, { daemon, file }]: readonly [string, Bad]): string {
  const files = `{ ${JSON.stringify(file[0])}: { content: ${JSON.stringify(file[1])}, mode: 0o600 } }`;
  const lab = `{ hosts: { west: ${daemon}({ files: ${files} }), east: linux() }, links: { wan: ['west', 'east'] } }`;
  return `scenario('${name}', ${lab}, ({ hosts: { west } }) => west.daemon.start());\n`;
}

interface Issue {
  readonly kind: string;
  readonly host: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly excerpt: string;
}

function verdictOf(dir: string, name: string): { readonly word: string; readonly issues: readonly Issue[] } {
  const [run = ''] = readdirSync(join(dir, 'runs')).filter((entry) => /^\d.*_/.test(entry));
  const path = ['runs', run, 'attempts', 'bad', encodeURIComponent(name), '0', 'verdict.json'];
  return JSON.parse(readFileSync(join(dir, ...path), 'utf8'));
}

test('a daemon that refuses its files or does not start is told in its own words, with file and line', {
  skip,
}, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-bad-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const head = "import { libreswan, linux, openiked, scenario, strongswan } from 'espalier';\n";
  writeFileSync(join(dir, 'bad.scenario.ts'), head + Object.entries(table).map(sourceOf).join(''));
  const main = join(projectDir, 'src', 'cli', 'main.ts');
  const env = { ...process.env, ESPALIER_RUNS: join(dir, 'runs') };
  const lab = spawn(process.execPath, [main, 'run', 'bad.scenario.ts', '-j', '1'], { cwd: dir, env });
  const { code, stdout, stderr } = await ended(lab);
  assert.equal(code, 1, stdout + stderr);
  for (const [at, [name, { message, words }]] of Object.entries(table).entries()) {
    const { word, issues } = verdictOf(dir, name);
    // What a daemon says of its own memory as it gives up is told as well.
    const [issue, ...others] = issues.filter(({ kind }) => kind !== 'memory-leak');
    assert.ok(issue !== undefined && others.length === 0, `${name}: ${JSON.stringify(issues)}`);
    assert.equal(word, 'unresolved', name);
    assert.deepEqual([issue.host, issue.file, issue.line], ['west', 'bad.scenario.ts', at + 2], name);
    assert.match(issue.message, message, name);
    assert.match(issue.excerpt, words, name);
    assert.ok(stdout.includes(`west, bad.scenario.ts:${at + 2}: ${issue.message}\n     `), stdout);
  }
});
