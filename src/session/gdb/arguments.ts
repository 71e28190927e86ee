/** What a debugger of a lab's kernel is to do. */
export interface GdbWishes {
  /** Locations to break at. */
  readonly breaks: readonly string[];
  /** Files of commands, run first. */
  readonly files: readonly string[];
  readonly commands: readonly string[];
  /** It leaves when these are done, and asks nothing. */
  readonly batch: boolean;
}

/** The kernel that it attaches to. */
export interface GdbTarget {
  /** The kernel's file, unstripped. */
  readonly kernel: string;
  readonly process: number;
  /** Folder of the files that the kernel was compiled from, where it is not the folder that was compiled. */
  readonly sources: string | undefined;
}

/**
 * Signals by which a User Mode Linux works (arch/um/os-Linux/signal.c): a guest's fault, its clock, its devices, the ends of its
 * processes. SIGCONT is the end of the stop in which the debugger found it.
 */
const passed = [
  'SIGSEGV',
  'SIGBUS',
  'SIGFPE',
  'SIGALRM',
  'SIGIO',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCHLD',
  'SIGWINCH',
  'SIGCONT',
];

/** A command without its output (gdb 10 and later). */
function quietly(command: string): string {
  return `pipe ${command} | cat >/dev/null`;
}

/** What gdb is told first, whoever starts it. */
function settings(sources: string | undefined): string[] {
  return [
    // The process is behind walls of its own, but its libraries are this machine's, by the same paths.
    'set sysroot /',
    'set debuginfod enabled off',
    // Each process of the guest is one of the machine, and is let go at once.
    'set print inferior-events off',
    quietly(`handle ${passed.join(' ')} nostop noprint pass`),
    // The stop in which it is found can come a second time.
    quietly('handle SIGSTOP nostop noprint nopass'),
    ...(sources === undefined ? [] : [`directory ${sources}`]),
  ];
}

/** The command line of gdb, without its name. */
export function gdbArguments({ kernel, process, sources }: GdbTarget, wishes: GdbWishes): string[] {
  const { breaks, files, commands, batch } = wishes;
  const unasked = batch ? ['set pagination off', 'set width 0', 'set confirm off'] : [];
  return [
    '--quiet',
    // A script's result must not depend on whose machine it runs on.
    ...(batch ? ['--nx', '--batch'] : []),
    ...[...settings(sources), ...unasked].flatMap((command) => ['-iex', command]),
    kernel,
    ...['-p', String(process)],
    // Says that it has tried to attach, and waits until it is seen that it has.
    ...['-ex', 'shell echo >&3; read _ <&3'],
    ...breaks.flatMap((location) => ['-ex', `break ${location}`]),
    ...files.flatMap((file) => ['-x', file]),
    ...commands.flatMap((command) => ['-ex', command]),
  ];
}

/** A line for a person's own terminal that attaches gdb to the kernel. */
export function kernelCommand({ kernel, process, sources }: GdbTarget): string {
  const quoted = settings(sources).map((command) => `-iex '${command}'`);
  return ['gdb', '--quiet', ...quoted, `'${kernel}'`, '-p', String(process)].join(' ');
}
