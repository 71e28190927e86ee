import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { walled } from '../../base/foreign-program.ts';
import { tail } from '../../base/processes.ts';
import { quoted } from './quoted.ts';

/** A machine with a system of its own: a disk, a serial console, no network. */
export interface SystemMachine {
  /** MiB. */
  readonly memory: number;
  /** File of its disk. */
  readonly disk: string;
  /** What is written to the disk is kept; else it is gone with the machine. */
  readonly keeps: boolean;
  /** A CD, from which it starts. */
  readonly media?: string;
}

/** Arguments of `qemu-system-x86_64`; standard input and output are the serial console, that of the BIOS too (`graphics=off`). */
export function systemArguments({ memory, disk, keeps, media }: SystemMachine): string[] {
  const drive = `file=${quoted(disk)},format=raw,if=none,id=disk,discard=unmap,snapshot=${keeps ? 'off' : 'on'}`;
  const cd = (file: string): string[] => [
    ...['-drive', `file=${quoted(file)},format=raw,if=none,id=media,media=cdrom,readonly=on`],
    ...['-device', 'ide-cd,drive=media,bootindex=0'],
  ];
  return [
    // A system that restarts has ended.
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35,accel=tcg,graphics=off,vmport=off', '-cpu', 'max', '-m', String(memory)],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-device', 'virtio-rng-pci', '-drive', drive, '-device', 'virtio-blk-pci,drive=disk,bootindex=1'],
    ...(media === undefined ? [] : cd(media)),
  ];
}

/** A running machine. */
export interface RunningMachine {
  readonly console: { readonly output: Readable; readonly input: Writable };
  /** The last lines of QEMU's own messages, once it has ended. */
  readonly ended: Promise<string>;
  kill(): void;
}

const errorsKept = 16 * 1024;

/** Starts a machine. It ends with this process, however that ends. */
export function startMachine(machine: SystemMachine): RunningMachine {
  const [command, args] = walled('qemu-system-x86_64', systemArguments(machine));
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => {
    errors = (errors + bytes.toString()).slice(-errorsKept);
  });
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once('error', (error) => resolve(error.message));
  child.once('close', () => resolve(tail(errors, 3)));
  return {
    console: { output: child.stdout, input: child.stdin },
    ended: promise,
    kill: () => void child.kill('SIGKILL'),
  };
}
