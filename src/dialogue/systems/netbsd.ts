import { type Dialogue, inOrder } from '../dialogue.ts';
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
  { text: 'db{', means: 'the kernel stopped in its debugger' },
];

const setFolder = '/amd64/binary/sets';
const sets = ['kern-GENERIC', 'modules', 'base', 'etc', 'rescue'];
const rcConf = ['rc_configured=YES', 'hostname={host}', 'no_swap=YES', 'savecore=NO'];

const install: Dialogue = {
  parts: [
    ...inOrder(
      { name: 'menu of the boot loader', waitFor: 'seconds', send: '3', within: 5 * minute },
      { name: 'boot loader', waitFor: '> ', atEnd: true, send: 'boot -s\r', within: minute },
    ),
    ...singleUserShell({ waitFor: 'Enter pathname of shell or RETURN for /bin/sh:', within: 15 * minute }),
    ...commands([
      ['memory for /tmp', 'mount -t tmpfs tmpfs /tmp'],
      ['clearing of the partition table', 'dd if=/dev/zero of=/dev/rld0d count=2'],
      ['partition table', 'fdisk -f -i ld0'],
      ['partition', 'fdisk -f -0 -a -s 169 -u ld0'],
      ['reading of the disk label', "disklabel ld0 | sed -e 's/ e:/ a:/' > /tmp/label"],
      ['disk label', 'disklabel -R -r ld0 /tmp/label'],
      ['file system', 'newfs /dev/rld0a', 5 * minute],
      ['boot code of the disk', 'fdisk -f -c /usr/mdec/mbr_com0 ld0'],
      ['mount of the file system', 'mount -o async /dev/ld0a /targetroot'],
      ['boot program', 'cp /usr/mdec/boot /targetroot/boot'],
      ...sets.map((set): Command => [`set ${set}`, `tar -xpf ${setFolder}/${set}.tar.xz -C /targetroot`, 30 * minute]),
      ['devices', '(cd /targetroot/dev && sh MAKEDEV all)', 10 * minute],
      ['table of file systems', "echo 'ROOT.a / ffs rw 1 1' > /targetroot/etc/fstab"],
      ...rcConf.map((line): Command => [`rc.conf: ${line}`, `echo '${line}' >> /targetroot/etc/rc.conf`]),
      ['hash of the password', 'h=$(echo {password} | /targetroot/usr/bin/pwhash)'],
      ['password of root', 'chroot /targetroot usermod -p "$h" root'],
      ['unmount of the file system', 'umount /targetroot', 2 * minute],
      ['boot blocks', 'installboot -v -o console=com0,timeout=1 /dev/rld0a /usr/mdec/bootxx_ffsv1'],
    ]),
  ],
  failures: [...broken, commandFailed],
  off: 5 * minute,
};

/** NetBSD by the tools of its installation CD: sysinst's menus are for people, and it has no file of answers. */
export const netbsd: SystemProfile = {
  name: 'netbsd',
  title: 'NetBSD 10 (amd64)',
  media:
    'the installation CD for serial consoles of a release, boot-com.iso with its sets (NetBSD-*-amd64.iso whose loader speaks to com0)',
  source:
    'fdisk(8), disklabel(8), installboot(8) and boot(8) of the system, and public scripts that install guests of test suites',
  tried: neverTried,
  memory: 1024,
  disk: gibibytes(4),
  install,
  start: loggingIn({ failures: broken }),
  host: {
    ...bsdHost,
    // What root's `ENV` names turns the editing of lines on (sh(1)).
    login: plainShell('unset ENV; exec sh +E +V', { failures: broken }),
    // Disks of VirtIO are ld(4), and `d` is all of one on amd64 (disklabel(8)).
    files: unpack('/dev/rld1d'),
    nic: 'vioif{index}',
    sysctls: forwarding('sysctl -w'),
    tables: ['setkey -D', 'setkey -DP'],
  },
};
