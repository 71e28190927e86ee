/** Hostile programs as root in a lab: nothing of the machine is read or changed, and neighbours' labs give the same bytes. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { sha256File } from '../../src/base/files.ts';
import { defaultLimits, type LabLimits } from '../../src/lab/substrate/watchdog.ts';
import type { EndWord } from '../../src/model/attempt.ts';
import type { LabPlan } from '../../src/model/scenario.ts';
import { ensureGuest } from '../../src/supply/kernel/guest.ts';
import { wallsHere } from '../../src/supply/kernel/walls.ts';
import { compile, Planted } from './hostile/planted.ts';
import { plan, type Ran, runLab, skip } from './lab.ts';

const attack = '/root/attack';

/** Name of the hosts' image file, as the kernel sees it. */
const imageName = basename(plan([]).images.east ?? '');

/** Lines of a shell on a host, each an attack; FOLDER holds the planted files, IMAGE is the image's name. */
const attacks: readonly string[] = [
  `${attack} hostfs /`,
  `${attack} hostfs /..`,
  `${attack} hostfs /../../../../../..`,
  `${attack} hostfs /./../../..FOLDER`,
  `${attack} hostfs FOLDER`,
  `${attack} hostfs FOLDER/secret`,
  `${attack} hostfs /d0`,
  `${attack} hostfs /d0/..`,
  `${attack} hostfs /d0/../../../..FOLDER`,
  `${attack} hostfs /d0/IMAGE`,
  `${attack} hostfs /d0 IMAGE`,
  `${attack} hostfs /root/m/../..`,
  `${attack} hostfs /proc/self/root`,
  `${attack} hostfs /proc/1/root`,
  `${attack} hostfs /proc/self/fd/3`,
  `${attack} hostfs /umid`,
  `mkdir /tmp/h; mount -t hostfs none /tmp/h -o FOLDER; cat /tmp/h/secret; ls -la /tmp/h`,
  `ln -s FOLDER/secret /tmp/soft; cat /tmp/soft; mount --bind /tmp/soft /mnt; cat /mnt`,
  `cat /proc/1/root/FOLDER/secret; ls -la /proc/1/root/; echo x >/proc/1/root/FOLDER/public`,
  `for p in /proc/[0-9]*; do cat $p/root/FOLDER/secret $p/cwd/plan; ls $p/root/in; done`,
  `nsenter -t 1 -a cat FOLDER/secret; chroot /proc/1/root cat FOLDER/secret`,
  `unshare -mpnuiU -r sh -c '${attack} hostfs FOLDER'`,
  `${attack} device b 7 0 9`,
  `for l in /tmp/deviceb-7-*; do losetup -d $l; blockdev --setrw $l; dd if=/dev/zero of=$l count=1; done`,
  `${attack} device b 98 0 16`,
  `${attack} device c 10 0 255`,
  `${attack} device c 5 0 2`,
  `${attack} device c 4 2 15`,
  `for k in b c s u e i; do echo $k >/proc/sysrq-trigger; done`,
  `${attack} trace 1`,
  `${attack} calls`,
  `kill -STOP 1; kill -9 1; kill -TERM -1`,
  `date -s 2040-01-01; date -s @1800000000`,
  `echo FOLDER/public >/proc/sys/kernel/core_pattern; echo '|/bin/cat FOLDER/secret' >/proc/sys/kernel/core_pattern; sh -c 'kill -SEGV $$'`,
  `echo /bin/false >/proc/sys/kernel/modprobe; modprobe hostile; insmod /root/attack`,
  `mkdir -p /tmp/loot; ln -s FOLDER/secret /tmp/loot/soft; ln -s FOLDER /tmp/loot/folder; mkfifo /tmp/loot/fifo; echo x >/tmp/loot/plain`,
  `echo 'Kernel panic - not syncing: forged' >/dev/kmsg; echo forged >/dev/console`,
  `ip link add v type veth; ip addr add 127.0.0.2/8 dev lo; ip link set lo up; exec 5<>/dev/tcp/127.0.0.1/PORT`,
];

/** What the program prints where it changed something of the machine's. */
const changed =
  /^(write|cut|mode|owner|dates|attribute|link|rename|delete|create|folder|soft|fifo|block|char) .*: done$/;

interface Deadly {
  readonly line: string;
  readonly word?: EndWord;
  readonly detail: RegExp;
}

/** So that the watchdog comes soon. */
const limits: LabLimits = { ...defaultLimits, asleepLooks: 8 };

/** Attacks that end the lab they are in, and how. */
const deadly: Readonly<Record<string, Deadly>> = {
  'a collected file with a name that leads up': {
    line: `${attack} forge ../../../../..FOLDER/new`,
    detail: /^a collected file could not be stored: /,
  },
  'a collected file whose folder is a file': {
    line: `${attack} forge plain; ${attack} forge plain/below`,
    detail: /^a collected file could not be stored: Not a directory/,
  },
  'bytes that are no evidence': {
    line: `mknod /tmp/line c 4 1; echo hostile bytes >/tmp/line`,
    detail: /^what the lab wrote as evidence is none/,
  },
  'a log without end': {
    line: `mknod /tmp/console c 5 1; yes a long line of the log >/tmp/console`,
    detail: /^the quota of the kernel's log is full \(16777216 bytes\)/,
  },
  'a program that sleeps where its kernel does not know of it': {
    line: `${attack} stub sleep`,
    detail: /^all its processes slept through 8 looks/,
  },
  'a program that overwrites what its kernel keeps beside it': {
    line: `${attack} stub spoil`,
    word: 'panic',
    detail: /^Kernel panic - not syncing: /,
  },
};

/** Everything that came out of a lab. */
function outputs({ records, captures, kernelLog }: Ran): (string | Uint8Array)[] {
  return [records, kernelLog, ...Object.values(captures)];
}

async function withPlanted(
  then: (planted: Planted, lab: (lines: readonly string[]) => Promise<Ran>) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-guest-'));
  await using planted = await Planted.plant();
  try {
    compile('guest.c', join(dir, 'attack'), { flags: ['-static'] });
    const files = [{ host: 'east', path: attack, mode: 0o755, content: readFileSync(join(dir, 'attack')) }];
    const change: Partial<LabPlan> = { files, collect: ['/tmp/loot'], memory: 256 };
    const filled = (line: string): string =>
      line.replaceAll('FOLDER', planted.folder).replaceAll('PORT', String(planted.port)).replaceAll('IMAGE', imageName);
    await then(planted, (lines) =>
      runLab(
        lines.map((line) => `east: ${filled(line)}`),
        { change, limits },
      ),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The files that all labs share. */
async function sharedFiles(): Promise<string[]> {
  const { agent, shim, starter } = await ensureGuest();
  const image = plan(['east: true']).images.east ?? '';
  return Promise.all(
    [agent.path, shim.path, starter.path, image].map(async (path) => `${path} ${await sha256File(path)}`),
  );
}

test('hostile programs as root in a lab get nowhere, and a neighbour notices nothing', { skip }, async (t) => {
  const quiet = ['east: ping -c 3 192.0.2.2', 'west: head -c 16 /dev/urandom | od -x', 'east: ip -s link'];
  const shared = await sharedFiles();
  const alone = await runLab(quiet, { seed: 3n });
  await withPlanted(async (planted, lab) => {
    const [ran, neighbour] = await Promise.all([lab([...attacks, 'echo end']), runLab(quiet, { seed: 3n })]);
    assert.equal(ran.commands.length, attacks.length + 1, `${ran.result.end.word}: ${ran.result.end.detail}`);
    assert.equal(ran.commands.at(-1)?.output, 'end\n');
    assert.equal(ran.result.walls, (await wallsHere()).chosen);
    const text = ran.commands.map(({ output }) => output).join('');
    assert.match(text, /^hostfs \/: done$/m, 'the attacks reach what the lab has');
    assert.ok(text.includes(`\nhostfs /d0/${imageName}: Not a directory\n`), 'the image has this name');
    assert.ok(text.includes(`\nreach /tmp/machine/${imageName}: done\n`), 'the attacks reach the image');
    // A lab has a null device of the machine's, which keeps nothing.
    const changes = text
      .split('\n')
      .filter((line) => changed.test(line) && !line.startsWith('write /tmp/machine/dev/null'));
    assert.deepEqual(changes, []);
    planted.assertUntouched(outputs(ran));
    assert.ok(neighbour.records.equals(alone.records), 'the neighbour’s records');
    assert.deepEqual(neighbour.captures, alone.captures);
  });
  assert.deepEqual(await sharedFiles(), shared);
  t.diagnostic(`${attacks.length} attacks`);
});

for (const [name, { line, detail, word = 'lab-died' }] of Object.entries(deadly)) {
  test(`${name} ends its own lab, as trouble and with the reason`, { skip }, async () => {
    await withPlanted(async (planted, lab) => {
      const ran = await lab(['echo before', line]);
      assert.equal(ran.result.end.word, word);
      assert.match(ran.result.end.detail ?? '', detail);
      assert.equal(ran.commands[0]?.output, 'before\n', 'what came before is kept');
      planted.assertUntouched(outputs(ran));
    });
  });
}
