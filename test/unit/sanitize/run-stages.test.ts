import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../../src/base/files.ts';
import { recall, remember } from '../../../src/base/remembered.ts';
import { joinStages, type SanitizerScript, stagesOf } from '../../../src/sanitize/plan-stages.ts';
import { runStages } from '../../../src/sanitize/run-stages.ts';
import { sanitize } from '../../../src/sanitize/sanitize.ts';

/** Scripts of our own, each with a trait that matters to joining. */
const texts: Readonly<Record<string, string>> = {
  'cr.sed': 's/\r//g\n/^$/d\n',
  'prompt.sed': 's/^\\[\\([a-z]*\\)\\]# /\\1 #\\n /\n',
  'cut.sed': '/== cut/,/== tuc/d\n',
  'end.sed': '/== end/,$d\n',
  'pid.sed': 's/pid [0-9][0-9]*/pid PID/g\n',
  'jump.sed': '/keep/ b out\ns/a/A/\n:out\n',
  'jump-too.sed': '/keep/ b out\ns/b/B/\n:out\n',
  'scoped.sed': '/^ list/ b next\nb out\n:next\nn\n/ #$/ b out\ns/[0-9]/N/g\nb next\n:out\n',
  'quiet.sed-n': '/^BEGIN/ b in\nb out\n:in\np\nn\n/^END/ b out\ns/.*/.../p\nb in\n:out\np\n',
  'double.sed': '$ ! N\n/^\\(.* #\\)\\n\\1$/ ! P\nD\n',
  'count.awk': '{ sub(/count/, NR); print }\n',
};

function workshop(): { dir: string; scripts: Map<string, SanitizerScript> } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-sanitizer-'));
  process.env.ESPALIER_CACHE = join(dir, 'cache');
  const scripts = new Map(
    Object.entries(texts).map(([name, text]) => {
      const path = join(dir, name);
      writeFileSync(path, text);
      return [name, { name, content: Buffer.from(text) }];
    }),
  );
  return { dir, scripts, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

const stagesFrom = (scripts: ReadonlyMap<string, SanitizerScript>, names: readonly string[]) => {
  const stages = stagesOf(names, (name) => scripts.get(name));
  assert.ok(Array.isArray(stages));
  return stages;
};

test('line-wise neighbours share a sed until one adds lines or a label comes twice', () => {
  using place = workshop();
  const names = ['cr.sed', 'pid.sed', 'prompt.sed', 'cut.sed', 'jump.sed', 'jump-too.sed', 'scoped.sed', 'quiet.sed-n'];
  assert.deepEqual(
    joinStages(stagesFrom(place.scripts, names)).map(({ tool, scripts }) => [tool, ...scripts.map(({ name }) => name)]),
    [
      ['sed', 'cr.sed', 'pid.sed', 'prompt.sed'],
      ['sed', 'cut.sed', 'jump.sed'],
      ['sed', 'jump-too.sed'],
      ['sed', 'scoped.sed'],
      ['sed -n', 'quiet.sed-n'],
    ],
  );
});

test('the short way gives what one process per script gives', async () => {
  using place = workshop();
  const line = fc.constantFrom(
    '',
    '\r',
    '[east]# list a',
    '[east]# ',
    'east #',
    ' list 12',
    'pid 77 a b 9',
    'keep a b',
    '== cut',
    '== tuc',
    '== end',
    'BEGIN',
    'END',
    'count 5',
    'é\xff',
  );
  const input = fc.tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom('', '\n'));
  const names = fc.array(fc.constantFrom(...Object.keys(texts)), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(input, names, async ([lines, last], chosen) => {
      const bytes = Buffer.from(lines.join('\n') + last, 'latin1');
      const stages = stagesFrom(place.scripts, chosen);
      const short = await runStages(stages, bytes, { dir: place.dir });
      const plain = await runStages(stages, bytes, { dir: place.dir, plain: true });
      assert.ok('output' in short && 'output' in plain);
      assert.equal(Buffer.from(short.output).toString('latin1'), Buffer.from(plain.output).toString('latin1'));
    }),
    { numRuns: 40 },
  );
});

test('one process per script gives what a shell pipeline gives', async () => {
  using place = workshop();
  const names = ['cr.sed', 'prompt.sed', 'scoped.sed', 'quiet.sed-n', 'count.awk', 'double.sed'];
  const input = '[east]# list\r\nx 1\n\nBEGIN\nsecret\nEND\n[east]# \n[east]# end';
  writeFileSync(join(place.dir, 'in'), input);
  const parts = names.map((name) =>
    name.endsWith('.awk') ? `gawk -f ${name}` : `sed ${name.endsWith('-n') ? '-n ' : ''}-f ${name}`,
  );
  const shell = spawnSync('sh', ['-c', `cat in | ${parts.join(' | ')}; echo`], { cwd: place.dir, encoding: 'latin1' });
  const ours = await sanitize({ names, scripts: place.scripts, input: Buffer.from(input) });
  assert.deepEqual(ours, { output: Buffer.from(shell.stdout, 'latin1') });
});

const faults: readonly (readonly [string, string, string, RegExp])[] = [
  ['a script with an error', 'bad.sed', 's/a/', /bad\.sed: exit status 1: .*unterminated/],
  ['a script that writes a file', 'bad.sed', 's/a/b/w /tmp/x', /sandbox/],
  ['a script that runs a program', 'bad.awk', '{ system("id") }', /sandbox|not allowed|exit status/],
  [
    'a script that includes a file',
    'bad.awk',
    '@include "/etc/passwd"\n{ print }',
    /bad\.awk: exit status \d: (?!.*root:).*Too many/,
  ],
  [
    'a script that adds a file to its input',
    'bad.awk',
    'BEGIN { ARGV[1] = "/etc/passwd"; ARGC = 2 } { print }',
    /sandbox/,
  ],
  [
    'a script that prints without end',
    'bad.awk',
    'BEGIN { while (1) print "again and again" }',
    /wrote without end|File too large/,
  ],
  [
    'a script that takes all memory',
    'bad.awk',
    'BEGIN { x = "x"; while (1) x = x x }',
    /bad\.awk: exit status 2: .*memory/i,
  ],
  ['a script larger than anybody writes', 'bad.sed', '#'.repeat(300_000), /bad\.sed has 300000 bytes/],
  ['a script without end', 'bad.sed', ':a\nb a', /used all the CPU time/],
  ['a kind that is not known', 'bad.py', '', /no kind of sanitizer/],
];
for (const [title, name, text, problem] of faults) {
  test(`${title} is a failed sanitizer and leaves no files`, async () => {
    using place = workshop();
    const scripts = new Map([[name, { name, content: Buffer.from(text) }]]);
    const request = {
      names: [name],
      scripts,
      input: Buffer.from('a\n'),
      ...(problem.source.includes('CPU') && { cpuSeconds: 1 }),
    };
    const result = await sanitize(request);
    assert.match('problem' in result ? result.problem : 'none', problem);
    const left = readdirSync(place.dir, { recursive: true }).filter((one) => /sanitize\.\d/.test(String(one)));
    assert.deepEqual(left, []);
  });
}

test('more sanitizers than anybody names are refused', async () => {
  const names = Array.from({ length: 201 }, () => 'cr.sed');
  const result = await sanitize({ names, scripts: new Map(), input: Buffer.from('') });
  assert.match('problem' in result ? result.problem : 'none', /^a console has 201 sanitizers/);
});

test('a missing script is named', async () => {
  const request = { names: ['gone.sed-f'], scripts: new Map(), input: Buffer.from('') };
  assert.deepEqual(await sanitize(request), { problem: 'gone.sed is missing' });
});

test('a result is taken from the cache, and not for another input or script', async () => {
  using place = workshop();
  const cache = join(place.dir, 'cache');
  const request = { names: ['pid.sed'], scripts: place.scripts, input: Buffer.from('pid 1\n'), cache };
  assert.deepEqual(await sanitize(request), { output: Buffer.from('pid PID\n\n') });
  const [kept = ''] = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/'));
  remember(join(cache, kept), Buffer.from('kept\n'));
  assert.deepEqual(await sanitize(request), { output: Buffer.from('kept\n') });
  assert.deepEqual(await sanitize({ ...request, input: Buffer.from('pid 2\n') }), {
    output: Buffer.from('pid PID\n\n'),
  });
});

const damages: Readonly<Record<string, (entry: string) => void>> = {
  'is damaged': (entry) => writeFileSync(entry, 'pid 7\n'),
  'is a folder': (entry) => {
    rmSync(entry);
    mkdirSync(entry);
  },
  'lies where a file is': (entry) => {
    rmSync(dirname(entry), { recursive: true });
    writeFileSync(dirname(entry), '');
  },
};

for (const [what, damage] of Object.entries(damages)) {
  test(`a result in the cache that ${what} is found and kept anew`, async () => {
    using place = workshop();
    const cache = join(place.dir, 'cache');
    const request = { names: ['pid.sed'], scripts: place.scripts, input: Buffer.from('pid 1\n'), cache };
    const right = { output: Buffer.from('pid PID\n\n') };
    assert.deepEqual(await sanitize(request), right);
    const [kept = ''] = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/'));
    damage(join(cache, kept));
    assert.deepEqual(await sanitize(request), right);
    assert.deepEqual(recall(join(cache, kept)), right.output);
  });
}

const perl = { name: 'look.pl', content: Buffer.from('print while <>;\n') };
const facts = new Map([[sha256(perl.content), { triggers: ['=> ', '->eth'], after: [' look'] }]]);

test('a program in Perl that nobody looked into is a problem', () => {
  assert.deepEqual(
    stagesOf(['look.pl'], () => perl),
    { problem: 'look.pl is a program in Perl, which cannot be kept from this machine’s files' },
  );
});

const looks: readonly (readonly [text: string, changed: boolean])[] = [
  ['', false],
  ['a => b\n', false],
  ['west # ipsec look\nsrc a dst b\n', false],
  ['a => b\nwest # ipsec look\nESP=>0x1\n', false],
  ['west # ipsec look\na => b\n', true],
  ['west # ipsec look\nipsec0->eth1 mtu=1\n', true],
  ['x\nwest # ipsec look\nx\nwest # ipsec look\na => b\n', true],
];

for (const [text, changed] of looks) {
  for (const plain of [false, true]) {
    test(`a known program in Perl ${changed ? 'would change' : 'leaves'} ${JSON.stringify(text)}${plain ? ', plain' : ''}`, async () => {
      using shop = workshop();
      const stages = stagesOf(['pid.sed', 'look.pl', 'cr.sed'], (name) => shop.scripts.get(name) ?? perl, facts);
      assert.ok(!('problem' in stages));
      const result = await runStages(stages, Buffer.from(text), { dir: shop.dir, plain });
      const problem =
        'look.pl would change this text, and it is a program in Perl, which cannot be kept from this machine’s files';
      if (changed) assert.deepEqual(result, { problem });
      else assert.ok('output' in result && Buffer.from(result.output).toString() === `${text}\n`);
    });
  }
}
