/** Systems that are installed at their consoles, on real machines of QEMU: from the boot of a CD to a root shell on what was installed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EspalierError } from '../../src/base/errors.ts';
import { sha256 } from '../../src/base/files.ts';
import { projectDir } from '../../src/base/folders.ts';
import { type Dialogue, inOrder } from '../../src/dialogue/dialogue.ts';
import { loggingIn } from '../../src/dialogue/systems/pieces.ts';
import { type SystemProfile, settings } from '../../src/dialogue/systems/profile.ts';
import { converse } from '../../src/supply/system/converse.ts';
import { installSystem, systemStore } from '../../src/supply/system/install-system.ts';
import { startMachine } from '../../src/supply/system/machine.ts';
import { bootableCd } from './systems/cd.ts';

const needed = ['qemu-system-x86_64', 'as', 'ld'].filter((one) => spawnSync(one, ['--version']).error !== undefined);
const skip = needed.length > 0 ? `there is no ${needed.join(', ')}` : false;

const folder = mkdtempSync(join(tmpdir(), 'espalier-systems-'));
process.env.ESPALIER_CACHE = join(folder, 'cache');
after(() => rmSync(folder, { recursive: true, force: true }));

/** Seconds: the machine of a test run may be busy. */
const within = 120;

function installWith(disk: string): Dialogue {
  return {
    parts: [
      {
        steps: [
          { name: 'host name', waitFor: 'System hostname? ', send: '{host}\r', within },
          { name: 'password', waitFor: '(will not echo) ', send: '{password}\r', within },
          { name: 'password again', waitFor: '(again) ', send: '{password}\r', within },
          { name: 'root disk', waitFor: 'Which disk is the root disk? ', send: `${disk}\r`, within },
          { name: 'disk encryption', waitFor: 'Encrypt the root disk?', send: 'no\r', within, optional: true },
        ],
        end: { name: 'disk is written', waitFor: 'Installing...', within },
      },
      ...inOrder({ name: 'end', waitFor: 'Exit to (R)eboot? ', send: 'reboot\r', within }),
    ],
    failures: [{ text: 'Passwords do not match', means: 'the passwords differ' }],
    off: within,
  };
}

function profileOf(name: string, install: Dialogue): SystemProfile {
  const words = { title: 'a small system of these tests', media: 'its CD', source: 'its source', tried: 'here' };
  return { name, ...words, memory: 32, disk: 1 << 20, install, start: loggingIn({ failures: [] }) };
}

function media(): string {
  const file = join(folder, 'small.iso');
  const [object, program] = [join(folder, 'installer.o'), join(folder, 'installer')];
  const source = join(projectDir, 'test/lab/systems/installer.S');
  for (const [command, args] of [
    ['as', ['--32', '-o', object, source]],
    ['ld', ['-m', 'elf_i386', '-Ttext', '0x7c00', '--oformat', 'binary', '-o', program, object]],
  ] as const) {
    assert.equal(spawnSync(command, args, { stdio: 'inherit' }).status, 0);
  }
  writeFileSync(file, bootableCd(readFileSync(program)));
  return file;
}

function transcript(name: string): string {
  return readFileSync(join(folder, 'cache/system-transcripts', name), 'utf8');
}

const quiet = { progress: () => {} };

test('a system is installed from its CD onto an empty disk, starts from it, and two copies run at once', {
  skip,
}, async () => {
  const cd = media();
  const profile = profileOf('small', installWith('sd0'));
  const parts: string[] = [];
  const disk = await installSystem(profile, cd, { progress: (what) => parts.push(what.split(':')[0] ?? '') });
  assert.deepEqual(parts, ['install', 'start']);
  assert.match(transcript('small-install'), /> guest\\r {3}\(host name\)\n[\s\S]*\. the machine is off\n$/);
  assert.match(transcript('small-start'), /guest# \n[\s\S]*espalier: logged in\n/);
  // Once for the same media and answers.
  const again = await installSystem(profile, cd, { progress: () => assert.fail('it is installed again') });
  assert.equal(again.path, disk.path);
  const copies = ['east', 'west'].map(async () => {
    const machine = startMachine({ memory: 32, disk: disk.path, keeps: false });
    const outcome = await converse(machine.console, { dialogue: profile.start, settings, note: () => {} });
    machine.kill();
    return outcome;
  });
  assert.deepEqual(await Promise.all(copies), [{ ok: true }, { ok: true }]);
  assert.equal(sha256(readFileSync(disk.path)), disk.sha256);
});

test('an answer that the installer does not take ends with the name of the step, and nothing is kept', {
  skip,
}, async () => {
  const attempt = installSystem(profileOf('wrong', installWith('wd0')), media(), quiet);
  await assert.rejects(attempt, (error: EspalierError) => {
    assert.equal(error.fault, 'guest');
    assert.match(error.message, /wrong was not installed: step "root disk" came again: its answer was not taken/);
    return true;
  });
  assert.deepEqual(
    systemStore.list().filter(({ facts }) => facts.system === 'wrong'),
    [],
  );
});

test('media that nothing starts from end at the first step, with the reason', { skip }, async () => {
  const empty = join(folder, 'empty.iso');
  writeFileSync(empty, Buffer.alloc(1 << 20));
  const attempt = installSystem(profileOf('empty', installWith('sd0')), empty, quiet);
  await assert.rejects(attempt, /step "host name" did not come: the BIOS finds nothing to start from/);
});

test('an installation that is stopped leaves no machine and no disk', { skip }, async () => {
  const stop = new AbortController();
  const silent = profileOf('silent', {
    parts: inOrder({ name: 'what never comes', waitFor: 'never', within: 600 }),
    failures: [],
    off: within,
  });
  const attempt = installSystem(silent, media(), { signal: stop.signal, progress: () => stop.abort() });
  await assert.rejects(attempt, (error: EspalierError) => error.fault === 'cancelled');
  assert.deepEqual(
    systemStore.list().filter(({ facts }) => facts.system === 'silent'),
    [],
  );
});

test('media that are no file are a mistake of the command line', { skip }, async () => {
  mkdirSync(join(folder, 'media.d'));
  const attempt = installSystem(profileOf('folder', installWith('sd0')), join(folder, 'media.d'), quiet);
  await assert.rejects(attempt, (error: EspalierError) => error.fault === 'usage');
});
