/** `espalier gdb`: gdb at the kernel of a lab, by a script. What the lab then does is the same, byte by byte, as without. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { projectDir } from '../../src/base/folders.ts';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { defaultLimits } from '../../src/lab/substrate/watchdog.ts';
import { readAttemptFile } from '../../src/store/attempt-files.ts';
import { isPresentProgram } from '../../src/supply/debian/machine-tools.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';
import { type Ended, ended } from '../e2e/sandbox.ts';
import { OrdinaryUser, whyNot } from './hostile/ordinary-user.ts';
import { kernel, outputs, plan, runLab, skip, withLab } from './lab.ts';

/** CI installs it (.ci/run): there a missing one is a failed test. */
const noGdb = isPresentProgram('gdb') || process.env.CI !== undefined ? false : 'gdb is not installed';
/** Its build takes longer than all labs of this file: CI tries gdb on the kernel that is there. */
const noDebugKernel =
  presentKernel({ debug: true }) === undefined && 'no kernel for a debugger is here (espalier kernel build --debug)';

const dir = mkdtempSync(join(tmpdir(), 'espalier-gdb-'));
after(() => rmSync(dir, { recursive: true, force: true }));

function espalier(...args: readonly string[]): Promise<Ended> {
  return started([...args, '--output', dir]);
}

/** `input`: what a pipe types. */
function started(args: readonly string[], user?: OrdinaryUser, input = ''): Promise<Ended> {
  const main = join(projectDir, 'src', 'cli', 'main.ts');
  const [command = '', ...words] = [...(user?.command ?? []), process.execPath, main, ...args];
  const env = { ...process.env, ...user?.environment };
  const child = spawn(command, words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  return ended(child);
}

/** Id of the newest run. */
function newest(): string {
  const runs = readdirSync(dir).filter((name) => name.includes('_'));
  return runs.sort().at(-1) ?? '';
}

/** Lengths of the ESP packets (IPv4, protocol 50) between the two gateways, without their IP headers. */
function espLengths(): number[] {
  const attempt = join(dir, newest(), 'attempts', 'examples', 'psk', '0');
  const { packets } = readCapture(readAttemptFile(attempt, 'links/192_1_2.pcapng') ?? Buffer.alloc(0));
  return packets.flatMap(({ frame: bytes }) => {
    const ip = Buffer.from(bytes).subarray(14);
    const isEsp = bytes[12] === 8 && bytes[13] === 0 && ip[9] === 50;
    return isEsp ? [ip.readUInt16BE(2) - 4 * ((ip[0] ?? 0) & 15)] : [];
  });
}

async function addressOf(symbol: string): Promise<string> {
  const [line = ''] = outputs(await runLab([`east: grep -w ${symbol} /proc/kallsyms`]));
  return `*0x${line.split(' ')[0]}`;
}

/** Counts how often a place is reached, and lets the lab go on each time. */
function counting(place: string): string {
  return `set $hits = 0\nbreak ${place}\ncommands\nsilent\nset $hits = $hits + 1\ncontinue\nend\ncontinue\nprintf "hits: %d\\n", $hits\n`;
}

test('a script of gdb stops all hosts at each ESP packet, and the test is the same as without', {
  skip: skip || noGdb,
}, async () => {
  const script = join(dir, 'count.gdb');
  writeFileSync(script, counting(await addressOf('esp_input')));
  const { code, stdout, stderr } = await espalier('gdb', 'examples:psk', '--kernel', kernel, '--command', script);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /^passed +examples:psk/m);
  const seen = espLengths().length;
  assert.ok(seen >= 4, `${seen} ESP packets`);
  assert.match(stdout, new RegExp(`^hits: ${seen}$`, 'm'));
  const again = await espalier('replay', newest(), 'examples:psk');
  assert.match(again.stdout, /^the same bytes: /);
});

test('a kernel for a debugger has lines and structures', { skip: skip || noGdb || noDebugKernel }, async () => {
  const script = ['continue', 'print skb->len', 'bt', 'list esp_input', 'delete', 'continue'].flatMap((word) => [
    '--ex',
    word,
  ]);
  const { code, stdout, stderr } = await espalier('gdb', 'examples:psk', '--break', 'esp_input', ...script);
  assert.equal(code, 0, `${stdout}${stderr}`);
  const [length] = espLengths();
  assert.match(stdout, new RegExp(`^\\$1 = ${length}$`, 'm'));
  // From the sender's system call on one host to the receiver on the other.
  for (const [name, file] of [
    ['esp_input', 'net/ipv4/esp4.c'],
    ['xfrm_input', 'net/xfrm/xfrm_input.c'],
    ['xfrm_output', 'net/xfrm/xfrm_output.c'],
  ]) {
    assert.match(stdout, new RegExp(`^#\\d+ .*\\b${name} \\(.*\\) at ${file}:\\d+$`, 'm'));
  }
  assert.match(stdout, /static int esp_input\(struct xfrm_state \*x, struct sk_buff \*skb\)/);
  const again = await espalier('replay', newest(), 'examples:psk');
  assert.match(again.stdout, /^the same bytes: /);
});

test('a lab stands before the step for as long as a debugger takes, and then goes on', { skip }, async () => {
  let looks = 0;
  const limits = {
    ...defaultLimits,
    // The watchdog reads it at each of its looks.
    get stuckLooks() {
      looks += 1;
      return 2;
    },
  };
  const lines = ['east: echo one', 'west: echo two'];
  const ran = await withLab(lines, { hold: false, holdAt: 1, limits }, async (lab) => {
    const stopped = await lab.debug(async () => {
      const first = looks;
      await until(() => looks > first + 6, { what: 'looks of the watchdog', timeoutMs: 60_000 });
      assert.equal(lab.ending, false);
    });
    assert.equal(stopped, true);
  });
  assert.equal(ran.result.end.word, 'completed');
  assert.deepEqual(outputs(ran), ['one\n', 'two\n']);
});

test('a lab that ends before the step has nothing for a debugger', { skip }, async () => {
  const ran = await withLab(['east: echo one'], { hold: false, holdAt: 7 }, async (lab) => {
    const stopped = await lab.debug(() => assert.fail('nothing has stopped'));
    assert.equal(stopped, false);
  });
  assert.deepEqual(outputs(ran), ['one\n']);
});

test('an ordinary user needs no right of root for it', { skip: skip || noGdb || whyNot() }, async () => {
  using user = new OrdinaryUser({ kernel, image: plan(['east: true']).images.east ?? '' });
  const { ESPALIER_CACHE: cache = '', TMPDIR: tmp = '' } = user.environment;
  const own = join(cache, 'kernel', basename(dirname(kernel)), 'linux');
  const words = ['gdb', 'examples:psk', '--kernel', own, '--output', join(tmp, 'runs'), '--ex', 'continue'];
  const { code, stdout, stderr } = await started(words, user);
  assert.equal(code, 0, `${stdout}${stderr}`);
  assert.match(stdout, /^\[Inferior 1 \(process \d+\) exited normally\]$/m);
});

/** Command lines that cannot debug anything, and what is said. */
const refused: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
  [['examples:psk'], 3, /without a terminal the debugger needs commands/],
  [['examples', '--ex', 'bt'], 3, /examples: a debugger looks into one test, these are \d+/],
  [['examples:psk', '--at', '9999', '--ex', 'bt'], 3, /--at 9999: the scenario has no such step/],
  [['examples:psk', '--ex', 'nonsense'], 2, /gdb ended with exit code 1/],
];
for (const [args, code, message] of refused) {
  test(`espalier gdb ${args.join(' ')} says what is wrong`, { skip: skip || noGdb }, async () => {
    const { code: status, stderr } = await espalier('gdb', ...args, '--kernel', kernel);
    assert.match(stderr, message);
    assert.equal(status, code, stderr);
  });
}

/** Typed into gdb on a host: pluto reads what its own control program asks. */
const typed = ['break recvfrom', 'shell (ipsec whack --trafficstatus >/dev/null 2>&1) &', 'continue', 'delete', 'quit'];

test('gdb inside a lab holds a daemon of one host, and lets it go', { skip }, async () => {
  const args = ['gdb', 'examples:psk', '--kernel', kernel, '--host', 'west', '--daemon', 'pluto'];
  const { code, stdout, stderr } = await started(args, undefined, [...typed, 'pidof pluto | wc -w', ''].join('\n'));
  assert.equal(code, 0, stderr);
  const said = stdout.replaceAll('\r', '');
  assert.match(said, /^\(gdb\) break recvfrom\nBreakpoint 1 at /m);
  assert.match(said, /^Continuing\.\n\n(?:Thread 1 "pluto" hit )?Breakpoint 1, .*recvfrom \(/m);
  assert.match(said, /# pidof pluto \| wc -w\n1\n/);
});
