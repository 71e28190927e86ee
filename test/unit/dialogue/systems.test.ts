import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest } from '../../../src/dialogue/closest.ts';
import { stepsOf } from '../../../src/dialogue/dialogue.ts';
import { systems } from '../../../src/dialogue/systems/all.ts';
import { freebsd } from '../../../src/dialogue/systems/freebsd.ts';
import { netbsd } from '../../../src/dialogue/systems/netbsd.ts';
import { openbsd } from '../../../src/dialogue/systems/openbsd.ts';
import { settings } from '../../../src/dialogue/systems/profile.ts';
import { login } from './players/login.ts';
import { type OpenbsdPlay, openbsd as playOpenbsd, type Told } from './players/openbsd.ts';
import { drive, type Played, type Player, type Wire } from './players/player.ts';
import { freebsd as playFreebsd, netbsd as playNetbsd, type ShellPlay, type Typed } from './players/single-user.ts';
import { garbled, wires } from './variations.ts';

/** An outcome in one line: `installed`, or the step that it ended at. */
function word({ outcome }: Played): string {
  if (outcome === undefined) return 'it hangs';
  return outcome.ok ? 'installed' : outcome.step;
}

function installOpenbsd(play: OpenbsdPlay, wire?: Wire): Played & { readonly told: Told } {
  const told: Told = {};
  return { ...drive({ dialogue: openbsd.install, settings }, playOpenbsd(play, told), wire), told };
}

const plain = {
  loader: 'set tty com0',
  boot: 'boot',
  menu: 'i',
  terminal: 'vt220',
  host: 'guest',
  interface: 'done',
  domain: 'test',
  nameservers: 'none',
  password: 'espalier',
  again: 'espalier',
  sshd: 'no',
  x: 'no',
  console: 'yes',
  speed: '115200',
  user: 'no',
  rootSsh: 'no',
  zone: 'UTC',
  disk: 'sd0',
  encryption: 'no',
  table: 'whole',
  layout: 'a',
  sets: 'cd0',
  path: '7.9/amd64',
  names: '-game* -x* done',
  unsigned: 'yes',
  more: 'done',
  end: 'reboot',
};

/** Its prompt is too short for a wrong character. */
function behindLoader(change: (text: string) => string): (text: string) => string {
  return (text) => (text.includes('boot>') ? text : change(text));
}

const kernelLine = 'vio0: link state changed to up\r\n';

/** Ways in which OpenBSD's installer may differ from the one that was recorded, and what becomes of it. */
const openbsdVariations: Readonly<Record<string, { play?: OpenbsdPlay; wire?: Wire; ends: string }>> = {
  ...Object.fromEntries(Object.entries(wires).map(([name, wire]) => [name, { wire, ends: 'installed' }])),
  'a wrong character in 25 behind the loader': { wire: { change: behindLoader(garbled(25)) }, ends: 'installed' },
  'every second character wrong': { wire: { change: garbled(2) }, ends: 'boot loader on the serial line' },
  'every second character wrong behind the loader': {
    wire: { change: behindLoader(garbled(2)) },
    ends: 'installation menu',
  },
  'a kernel that prints into each prompt': {
    wire: { change: (text) => text.replace(/(?<=disk is|default |Setup )/g, kernelLine) },
    ends: 'installed',
  },
  'a kernel that prints behind a prompt': {
    wire: { change: (text) => text.replace(/(?<=\[sd0\] )/, kernelLine) },
    ends: 'installed',
  },
  'questions the other way round': { play: { order: (keys) => keys.toReversed() }, ends: 'installed' },
  'a time zone behind the sets': { play: { lateZone: true }, ends: 'installed' },
  'no encryption, no X, no ssh for root': { play: { without: ['encryption', 'x', 'rootSsh'] }, ends: 'installed' },
  'no question for the root disk': { play: { without: ['disk'] }, ends: 'root disk' },
  'no second password': { play: { without: ['again'] }, ends: 'password of root again' },
  'a disk of another name': { play: { disks: ['wd0'] }, ends: 'partition table' },
  'half a minute before a question': { play: { before: { disk: 30_000 } }, ends: 'installed' },
  'two minutes before a question': { play: { before: { disk: 120_000 } }, ends: 'root disk' },
  'a panic': { play: { before: { user: 'panic: kernel diagnostic assertion\nddb> ' } }, ends: 'user' },
  'a machine that goes off': { play: { before: { zone: 'off' } }, ends: 'root disk' },
  'a question that comes twice': { play: { before: { sshd: 'System hostname? (short form) ' } }, ends: 'host name' },
  'a flood without a question': { play: { before: { speed: 'flood' } }, ends: 'speed of the console' },
};

for (const [name, { play = {}, wire, ends }] of Object.entries(openbsdVariations)) {
  test(`OpenBSD, ${name}: ${ends}`, () => {
    const played = installOpenbsd(play, wire);
    assert.equal(word(played), ends, played.transcript.slice(-3000));
    const { told } = played;
    const missing = [...(play.without ?? [])];
    const expected = Object.fromEntries(Object.entries(plain).filter(([key]) => !missing.includes(key)));
    if (ends === 'installed') assert.deepEqual(told, expected);
    else assert.match(played.transcript.slice(-1000), new RegExp(`\\. ${ends}: it .*\n$`));
  });
}

const shells = {
  freebsd: {
    profile: freebsd,
    play: playFreebsd,
    loader: ['3', 'set console=comconsole', 'set boot_serial=YES', 'boot -s'],
  },
  netbsd: { profile: netbsd, play: playNetbsd, loader: ['3', 'boot -s'] },
} as const;

const shellVariations: Readonly<
  Record<string, { play?: ShellPlay; wire?: Wire; ends: Readonly<Record<keyof typeof shells, string>> }>
> = {
  ...Object.fromEntries(
    Object.entries(wires).map(([name, wire]) => [name, { wire, ends: { freebsd: 'installed', netbsd: 'installed' } }]),
  ),
  'no question for a shell': {
    play: { noQuestion: true },
    ends: { freebsd: 'question for a shell', netbsd: 'question for a shell' },
  },
  'a command that fails': {
    play: { fails: 'm' },
    ends: { freebsd: 'memory for /tmp', netbsd: 'memory for /tmp' },
  },
  'the last command fails': {
    play: { fails: 'TERM=vt100 bsdinstall' },
    ends: { freebsd: 'installation', netbsd: 'installed' },
  },
  'boot blocks that fail': {
    play: { fails: 'installboot' },
    ends: { freebsd: 'installed', netbsd: 'boot blocks' },
  },
  'a command that never ends': {
    play: { hangs: 'newfs' },
    ends: { freebsd: 'installed', netbsd: 'file system' },
  },
  'an installer that never ends': {
    play: { hangs: 'TERM=vt100 bsdinstall' },
    ends: { freebsd: 'installation', netbsd: 'installed' },
  },
  'a panic': {
    play: { panics: 'm' },
    ends: { freebsd: 'memory for /tmp', netbsd: 'memory for /tmp' },
  },
};

for (const [system, { profile, play, loader }] of Object.entries(shells)) {
  for (const [name, variation] of Object.entries(shellVariations)) {
    const ends = variation.ends[system as keyof typeof shells];
    test(`${profile.title}, ${name}: ${ends}`, () => {
      const typed: Typed = { loader: [], commands: [] };
      const player: Player = play(variation.play ?? {}, typed);
      const played = drive({ dialogue: profile.install, settings }, player, variation.wire);
      assert.equal(word(played), ends, played.transcript.slice(-3000));
      assert.deepEqual(typed.loader, loader);
      if (ends !== 'installed') assert.match(played.transcript, new RegExp(`\\. ${ends}: it .*\n$`));
    });
  }
}

test('FreeBSD’s installer gets a script that names its disk and sets the password', () => {
  const typed: Typed = { loader: [], commands: [] };
  drive({ dialogue: freebsd.install, settings }, playFreebsd({}, typed));
  const lines = typed.commands.flatMap((one) => /^echo '(.*)' >> \/tmp\/installerconfig$/.exec(one)?.[1] ?? []);
  assert.deepEqual(lines.slice(0, 4), [
    'PARTITIONS="vtbd0"',
    'DISTRIBUTIONS="kernel.txz base.txz"',
    'export nonInteractive="YES"',
    '#!/bin/sh',
  ]);
  assert.ok(lines.includes('echo espalier | pw usermod root -h 0'));
  assert.equal(typed.commands.at(-1), 'TERM=vt100 bsdinstall script /tmp/installerconfig');
});

for (const { title, start } of systems) {
  test(`${title} starts, root logs in, and the machine is switched off`, () => {
    const done: string[] = [];
    const played = drive({ dialogue: start, settings }, login(settings.password, done));
    assert.equal(word(played), 'installed', played.transcript);
    assert.equal(done.at(-1), 'halt -p');
  });

  test(`${title} with another password ends at the password`, () => {
    const played = drive({ dialogue: start, settings }, login('other', []));
    assert.equal(word(played), 'shell');
    assert.match(played.transcript, /root cannot log in with the password of the installation/);
  });
}

test('no prompt is taken for another one of its part, with as many wrong characters as its profile stands', () => {
  for (const { name, install, start } of systems) {
    for (const dialogue of [install, start]) {
      assert.ok(stepsOf(dialogue).every((step) => step.name !== '' && step.within > 0));
      for (const { steps, end } of dialogue.parts) {
        const prompts = [...steps, end].map(({ waitFor }) => waitFor);
        for (const one of prompts) {
          const near = prompts.filter(
            (other) => other !== one && closest(one, other).distance <= (one.length * (dialogue.wrong ?? 0)) / 10,
          );
          assert.deepEqual(near, [], `${name}: ${one}`);
        }
      }
    }
  }
});
