import { type Dialogue, inOrder } from '../dialogue.ts';
import { bsdHost, forwarding, loggingIn, plainShell, unpack } from './pieces.ts';
import { gibibytes, neverTried, type SystemProfile } from './profile.ts';

/** Its kernel reports devices whenever they change. */
const noise = /(?:vio|vlan|uhub|sd|cd)\d+(?: at [^\n]*|: [^\n]*)\n/g;

const broken = [
  { text: 'panic:', means: 'the kernel panicked' },
  { text: 'ddb>', means: 'the kernel stopped in its debugger' },
  { text: 'ddb{', means: 'the kernel stopped in its debugger' },
];

const minute = 60;

/** Its boot loader speaks to the BIOS first, then to the serial line. */
const loader = inOrder(
  { name: 'boot loader', waitFor: 'boot>', send: 'set tty com0\r', within: 5 * minute },
  { name: 'boot loader on the serial line', waitFor: 'boot>', send: 'boot\r', within: minute },
);

const install: Dialogue = {
  parts: [
    ...loader,
    ...inOrder({
      name: 'installation menu',
      waitFor: '(I)nstall, (U)pgrade, (A)utoinstall or (S)hell?',
      send: 'i\r',
      within: 10 * minute,
    }),
    {
      steps: [
        { name: 'terminal', waitFor: 'Terminal type?', send: '\r', within: minute },
        { name: 'host name', waitFor: 'System hostname?', send: '{host}\r', within: minute },
        { name: 'network interface', waitFor: 'Network interface to configure?', send: 'done\r', within: minute },
        { name: 'domain name', waitFor: 'DNS domain name?', send: 'test\r', within: minute, optional: true },
        { name: 'name servers', waitFor: 'DNS nameservers?', send: 'none\r', within: minute, optional: true },
        // Of `Password for root account?`, which both have, so little differs that wrong characters could hide it.
        { name: 'password of root', waitFor: '(will not echo)', send: '{password}\r', within: minute },
        { name: 'password of root again', waitFor: '(again)', send: '{password}\r', within: minute },
        { name: 'sshd', waitFor: 'Start sshd(8) by default?', send: 'no\r', within: minute },
        {
          name: 'X Window System',
          waitFor: 'Do you expect to run the X Window System?',
          send: 'no\r',
          within: minute,
          optional: true,
        },
        {
          name: 'xenodm',
          waitFor: 'Do you want the X Window System to be started by xenodm(1)?',
          send: 'no\r',
          within: minute,
          optional: true,
        },
        { name: 'console', waitFor: 'Change the default console to com0?', send: 'yes\r', within: minute },
        { name: 'speed of the console', waitFor: 'Which speed should com0 use?', send: '115200\r', within: minute },
        { name: 'user', waitFor: 'Setup a user?', send: 'no\r', within: minute },
        { name: 'root by ssh', waitFor: 'Allow root ssh login?', send: 'no\r', within: minute, optional: true },
        { name: 'time zone', waitFor: 'What timezone are you in?', send: 'UTC\r', within: minute, optional: true },
        { name: 'root disk', waitFor: 'Which disk is the root disk?', send: 'sd0\r', within: minute },
        {
          name: 'disk encryption',
          waitFor: 'Encrypt the root disk with',
          send: 'no\r',
          within: minute,
          optional: true,
        },
        { name: 'partition table', waitFor: 'Use (W)hole disk', send: 'whole\r', within: minute },
        { name: 'disk layout', waitFor: 'Use (A)uto layout', send: 'a\r', within: minute },
        {
          name: 'more disks',
          waitFor: 'Which disk do you wish to initialize?',
          send: 'done\r',
          within: minute,
          optional: true,
        },
      ],
      end: { name: 'file systems', waitFor: "Let's install the sets!", within: 10 * minute },
    },
    {
      steps: [
        { name: 'location of the sets', waitFor: 'Location of sets?', send: ['cd0\r', 'done\r'], within: 60 * minute },
        { name: 'path of the sets', waitFor: 'Pathname to the sets?', send: '\r', within: minute },
        { name: 'names of the sets', waitFor: 'Set name(s)?', send: ['-game* -x*\r', 'done\r'], within: minute },
        {
          name: 'sets without a signature',
          waitFor: 'Continue without verification?',
          send: 'yes\r',
          within: minute,
          optional: true,
        },
        { name: 'time zone', waitFor: 'What timezone are you in?', send: 'UTC\r', within: minute, optional: true },
      ],
      end: {
        name: 'end of the installation',
        waitFor: 'Exit to (S)hell, (H)alt or (R)eboot?',
        send: 'reboot\r',
        within: 60 * minute,
      },
    },
  ],
  failures: [
    ...broken,
    { text: 'is not a valid choice', means: 'the installer refuses an answer' },
    { text: 'Passwords do not match', means: 'the installer got two passwords that differ' },
    { text: 'No filesystems found on', means: 'the media hold no file systems' },
    { text: 'Failed to install bootblocks', means: 'the boot loader was not installed' },
    { text: 'Checksum test for', means: 'a set is not what the media say it is' },
  ],
  noise,
  wrong: 2,
  off: 5 * minute,
};

/** OpenBSD by the questions of its installer. */
export const openbsd: SystemProfile = {
  name: 'openbsd',
  title: 'OpenBSD 7.5 to 7.9 (amd64)',
  media: 'the installation CD of a release, install*.iso',
  source:
    "the system's installer (distrib/miniroot/install.sub), and published records of installations on serial lines",
  tried: neverTried,
  memory: 1024,
  disk: gibibytes(8),
  install,
  start: loggingIn({ failures: broken, noise }),
  host: {
    ...bsdHost,
    // Its shell edits lines wherever it may (ksh(1), sh(1)).
    login: plainShell('unset ENV VISUAL EDITOR; exec sh +o emacs', { failures: broken, noise }),
    // Disks of VirtIO are SCSI disks to it (vioblk(4)), and `c` is all of one (disklabel(8)).
    files: unpack('/dev/rsd1c'),
    nic: 'vio{index}',
    sysctls: forwarding('sysctl'),
    tables: ['ipsecctl -k -v -s sa', 'ipsecctl -s flow'],
  },
};
