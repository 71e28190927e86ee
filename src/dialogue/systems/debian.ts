import { type Dialogue, inOrder } from '../dialogue.ts';
import { loggingIn, plainShell } from './pieces.ts';
import { gibibytes, type SystemProfile } from './profile.ts';

const minute = 60;

const broken = [
  { text: 'Kernel panic', means: 'the kernel panicked' },
  { text: 'Cannot start: ', means: 'the disk or the CD is not found' },
];

const install: Dialogue = {
  parts: [
    {
      steps: [
        { name: 'host name', waitFor: 'Host name?', send: '{host}\r', within: 5 * minute },
        { name: 'disk', waitFor: 'Which disk?', send: '\r', within: minute },
        { name: 'console', waitFor: 'Which console?', send: 'ttyS0\r', within: minute },
        { name: 'password of root', waitFor: 'Password of root?', send: '{password}\r', within: minute },
        { name: 'password of root again', waitFor: 'The same again:', send: '{password}\r', within: minute },
        { name: 'consent', waitFor: 'will be lost. Go on?', send: 'yes\r', within: minute },
      ],
      end: { name: 'file system', waitFor: 'Making the file system.', within: minute },
    },
    ...inOrder(
      { name: 'tree', waitFor: 'Unpacking the system.', within: 5 * minute },
      { name: 'boot loader', waitFor: 'Installing the boot loader.', within: 15 * minute },
      { name: 'end of the installation', waitFor: 'The system is installed.', within: 5 * minute },
    ),
  ],
  failures: [
    ...broken,
    { text: 'Installation failed: ', means: 'the installer gave up' },
    { text: 'Could not find kernel image', means: 'the boot loader of the CD finds no kernel' },
  ],
  off: minute,
};

/** Debian by an installer of Espalier's: its kernel, its packages, its boot loader. */
export const debian: SystemProfile = {
  name: 'debian',
  title: 'Debian 13 with its kernel for virtual machines and an IKE daemon (amd64)',
  media: 'none: the CD is made from packages of Debian',
  recipe: 'debian-trixie-system',
  source: "Espalier's own installer (guest/system)",
  tried: 'installed, started and run as two gateways by the tests (test/lab/installed.test.ts)',
  memory: 256,
  disk: gibibytes(1),
  install,
  start: loggingIn({ failures: broken }),
  host: {
    boots: 8,
    linux: true,
    // Its bash edits lines.
    login: plainShell('exec sh', { failures: broken }),
    shell: 'posix',
    quiet: 'stty -echo -onlcr; dmesg -n 1',
    date: 'date -u -s @{seconds}',
    files: 'tar -x --no-overwrite-dir -f /dev/vdb -C /',
    nic: 'eth{index}',
    up: 'ip link set {nic} up',
    address: 'ip addr add {address} dev {nic}',
    route: 'ip route add {to} via {via}',
    tables: ['ip -s xfrm state', 'ip -s xfrm policy'],
    sysctl: 'echo {value} >/proc/sys/{path}',
  },
};
