import { type Dialogue, inOrder, type Step } from '../dialogue.ts';
import {
  bsdHost,
  type Command,
  commandFailed,
  commands,
  forwarding,
  loggingIn,
  plainShell,
  singleUserShell,
  unpack,
} from './pieces.ts';
import { gibibytes, neverTried, type SystemProfile } from './profile.ts';

const minute = 60;

const broken = [
  { text: 'panic:', means: 'the kernel panicked' },
  { text: 'db>', means: 'the kernel stopped in its debugger' },
  { text: 'mountroot>', means: 'the kernel found no root file system' },
];

function loaderLine(name: string, line: string): Step {
  return { name, waitFor: 'OK ', atEnd: true, send: `${line}\r`, within: minute };
}

/** What bsdinstall(8) reads: partitions and sets, then a script for the new system. */
const installerConfig = [
  'PARTITIONS="vtbd0"',
  'DISTRIBUTIONS="kernel.txz base.txz"',
  'export nonInteractive="YES"',
  '#!/bin/sh',
  'sysrc hostname={host}',
  'echo {password} | pw usermod root -h 0',
  'echo console=comconsole >> /boot/loader.conf',
  'echo boot_serial=YES >> /boot/loader.conf',
  'echo autoboot_delay=1 >> /boot/loader.conf',
];

const install: Dialogue = {
  parts: [
    ...inOrder(
      { name: 'menu of the loader', waitFor: 'Autoboot in', send: '3', within: 5 * minute },
      loaderLine('loader: console', 'set console=comconsole'),
      loaderLine('loader: serial line', 'set boot_serial=YES'),
      loaderLine('loader: single user', 'boot -s'),
    ),
    ...singleUserShell({ waitFor: 'Enter full pathname of shell or RETURN for /bin/sh:', within: 15 * minute }),
    ...commands([
      ['memory for /tmp', 'mdmfs -s 100m md1 /tmp'],
      ...installerConfig.map(
        (line, index): Command => [`line ${index + 1} of the script`, `echo '${line}' >> /tmp/installerconfig`],
      ),
      ['installation', 'TERM=vt100 bsdinstall script /tmp/installerconfig', 60 * minute],
    ]),
  ],
  failures: [...broken, commandFailed, { text: 'Installation Error!', means: 'bsdinstall gave up' }],
  off: 5 * minute,
};

/** FreeBSD by the script of its installer: its dialogs are for people. */
export const freebsd: SystemProfile = {
  name: 'freebsd',
  title: 'FreeBSD 13 to 15 (amd64)',
  media: 'the first installation CD of a release, FreeBSD-*-disc1.iso',
  source:
    'bsdinstall(8), its sources (usr.sbin/bsdinstall), loader(8), and published scripts for unattended installations',
  tried: neverTried,
  memory: 1024,
  disk: gibibytes(8),
  install,
  start: loggingIn({ failures: broken }),
  host: {
    ...bsdHost,
    // Root has csh(1) up to version 13, then sh(1), which edits lines at a terminal.
    login: plainShell('exec env -u ENV sh +E +V', { failures: broken }),
    // The kernel keeps quiet (conscontrol(8)). IPsec is a module (ipsec(4)); without it setkey(8) has nobody to ask.
    quiet: `${bsdHost.quiet}; conscontrol mute on; kldload -n ipsec`,
    files: unpack('/dev/vtbd1'),
    nic: 'vtnet{index}',
    // Interfaces that rc.conf(5) does not name have no IPv6 (ifconfig(8), `ifdisabled`).
    up: 'ifconfig {nic} inet6 -ifdisabled up',
    sysctls: forwarding('sysctl'),
    tables: ['setkey -D', 'setkey -DP'],
  },
};
