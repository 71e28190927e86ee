import type { Firmware } from '../../../dialogue/systems/profile.ts';
import { quoted } from '../../../supply/system/quoted.ts';

/** It starts a kernel and the agent. */
interface AgentBoot {
  readonly from: 'kernel';
  /** Image files, read-only; the first is that of the kernel. */
  readonly drives: readonly string[];
  readonly agentSocket: string;
}

/** It starts from a disk, as its BIOS does it. */
interface DiskBoot {
  readonly from: 'disk';
  /** Never written to: what the system writes is gone with it. */
  readonly disk: string;
  /** Its second disk. */
  readonly files: string;
}

/** It starts something instead of a BIOS. */
interface FirmwareBoot extends Pick<Firmware, 'file' | 'machine' | 'card'> {
  readonly from: 'firmware';
}

/** One machine as QEMU starts it. Sockets and files are named from its working folder. */
export interface MachineShape {
  readonly name: string;
  readonly memory: number;
  readonly cpus: number;
  readonly accelerator: 'tcg' | 'kvm';
  readonly boot: AgentBoot | DiskBoot | FirmwareBoot;
  readonly nics: readonly { readonly mac: string; readonly socket: string }[];
  readonly consoleSocket: string;
  readonly controlSocket: string;
}

/**
 * What the network card leaves to the system that it is in: frames go over the links as a host sends them, none larger than its MTU,
 * and with their checksums.
 */
const noOffloads = [
  ...['csum', 'guest_csum', 'gso', 'guest_tso4', 'guest_tso6', 'guest_ecn', 'guest_ufo'],
  ...['host_tso4', 'host_tso6', 'host_ecn', 'host_ufo'],
].map((name) => `${name}=off`);

function driveWords(file: string, index: number): string[] {
  const drive = `file=${quoted(file)},format=raw,if=none,id=drive${index},readonly=on`;
  return ['-drive', drive, '-device', `virtio-blk-pci,drive=drive${index}`];
}

function nicWords({ mac, socket }: MachineShape['nics'][number], index: number, card?: string): string[] {
  const netdev = `stream,id=nic${index},server=off,addr.type=unix,addr.path=${socket}`;
  const kind = card === undefined ? ['virtio-net-pci', ...noOffloads] : [card];
  const device = [...kind, `netdev=nic${index}`, `id=card${index}`, `mac=${mac}`, 'romfile='];
  return ['-netdev', netdev, '-device', device.join(',')];
}

/**
 * Words of the kernel's command line. A panic ends the machine, which does not boot again (`-no-reboot`). A machine that waits for its turn
 * on a loaded processor is not one whose timer does not work, nor one that is locked up. It would also measure its clocks wrongly at boot:
 * the HPET has a rate that is known. By TCG time is too coarse for the kernel's source of jitter, whose self-test would warn.
 */
const kernelWords = [
  ...['console=ttyS0', 'quiet', 'loglevel=5', 'panic=-1', 'net.ifnames=0', 'mitigations=off', 'rdinit=/init'],
  ...['no_timer_check', 'nowatchdog', 'rcupdate.rcu_cpu_stall_suppress=1'],
  ...['clocksource=hpet', 'tsc=unstable', 'noapictimer', 'cryptomgr.notests'],
];

function agentWords({ drives, agentSocket }: AgentBoot): string[] {
  return [
    ...['-kernel', 'kernel', '-initrd', 'initramfs', '-append', kernelWords.join(' ')],
    ...['-chardev', `socket,id=agent,path=${agentSocket}`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=agent,name=espalier'],
    ...drives.flatMap(driveWords),
  ];
}

function diskWords({ disk, files }: DiskBoot): string[] {
  const drive = `file=${quoted(disk)},format=raw,if=none,id=disk,snapshot=on`;
  // Without graphics the BIOS speaks at the serial line as well.
  const speaks = ['-machine', 'graphics=off'];
  return [...speaks, '-drive', drive, '-device', 'virtio-blk-pci,drive=disk,bootindex=0', ...driveWords(files, 1)];
}

function bootWords(boot: MachineShape['boot']): string[] {
  // It waits by counting what its processor does: that is its time, so that the devices' time is the same.
  if (boot.from === 'firmware') return ['-bios', boot.file, '-icount', 'shift=4'];
  return boot.from === 'kernel' ? agentWords(boot) : diskWords(boot);
}

/** Arguments of `qemu-system-x86_64`. */
export function machineArguments(shape: MachineShape): string[] {
  return [
    ...[
      '-name',
      `${quoted(shape.name)},debug-threads=on`,
      '-no-user-config',
      '-nodefaults',
      '-display',
      'none',
      '-no-reboot',
    ],
    ...[
      '-machine',
      `${shape.boot.from === 'firmware' ? shape.boot.machine : 'q35'},accel=${shape.accelerator},usb=off,vmport=off`,
      '-cpu',
      shape.accelerator === 'kvm' ? 'host' : 'max',
    ],
    ...['-m', String(shape.memory), '-smp', String(shape.cpus)],
    // A guest that breaks out of QEMU's devices starts no program and gets no privileges.
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', `socket,id=console,path=${shape.consoleSocket}`, '-serial', 'chardev:console'],
    ...['-qmp', `unix:${shape.controlSocket},server=on,wait=off`],
    ...bootWords(shape.boot),
    ...shape.nics.flatMap((nic, index) =>
      nicWords(nic, index, shape.boot.from === 'firmware' ? shape.boot.card : undefined),
    ),
  ];
}
