import { printed } from './login.ts';
import { ask, type Player, show } from './player.ts';

/** How a system whose shell is driven differs from one where all goes well. */
export interface ShellPlay {
  /** The command that begins with this does not work. */
  readonly fails?: string;
  /** The command that begins with this never ends. */
  readonly hangs?: string;
  /** The kernel panics when it comes. */
  readonly panics?: string;
  /** The kernel does not ask for a shell. */
  readonly noQuestion?: true;
}

/** What was typed. */
export interface Typed {
  readonly loader: string[];
  readonly commands: string[];
}

const tail = " || echo 'espalier: ''failed'";

/** FreeBSD's loader, its kernel, and its shell in single-user mode. */
export function* freebsd(play: ShellPlay, typed: Typed): Player {
  yield* show(
    '\x1b[2J\x1b[5;10H1. Boot Multi user [Enter]\x1b[6;10H2. Boot Single user\x1b[7;10H3. Escape to loader prompt\x1b[20;1H   Autoboot in 9 seconds. [Space] to pause ',
  );
  typed.loader.push(yield { kind: 'key' });
  yield* show("\nExiting menu!\nType '?' for a list of commands, 'help' for more detailed help.\n");
  while (typed.loader.at(-1) !== 'boot -s') typed.loader.push(yield* ask('OK '));
  yield* show(
    'Loading kernel...\n---<<BOOT>>---\nCopyright (c) 1992-2023 The FreeBSD Project.\nvtbd0: <VirtIO Block Adapter> on virtio_pci0\n# of CPUs: 1\n',
  );
  yield* singleUser('Enter full pathname of shell or RETURN for /bin/sh: ', play, typed);
}

/** NetBSD's boot loader, its kernel, and its shell in single-user mode. */
export function* netbsd(play: ShellPlay, typed: Typed): Player {
  yield* show(
    '\n     1. Install NetBSD\n     2. Install NetBSD (no ACPI)\n     3. Drop to boot prompt\n\nChoose an option; RETURN for default; SPACE to stop countdown.\nOption 1 will be chosen in 30 seconds.',
  );
  typed.loader.push(yield { kind: 'key' });
  yield* show('\nOption: [1]:3\ntype "?" or "help" for help.\n');
  typed.loader.push(yield* ask('> '));
  yield* show('booting cd0a:netbsd\nNetBSD 10.0 (GENERIC)\nld0 at virtio1: 4096 MB\nroot on cd0a dumps on cd0b\n');
  yield* singleUser('Enter pathname of shell or RETURN for /bin/sh: ', play, typed);
}

function* singleUser(question: string, play: ShellPlay, typed: Typed): Player {
  yield { kind: 'pause', ms: 90_000 };
  if (play.noQuestion) yield* show('Starting the installer.\n');
  else yield* ask(question);
  if (play.noQuestion) yield { kind: 'pause', ms: 1000 * 3600_000 };
  let prompt = '# ';
  for (;;) {
    const line = yield* ask(prompt);
    if (line === 'PS1=espalier; PS1="$PS1> "') prompt = 'espalier> ';
    else if (line === 'halt -p') return;
    else yield* runs(line, play, typed);
  }
}

function* runs(line: string, { fails, hangs, panics }: ShellPlay, typed: Typed): Player {
  const command = line.endsWith(tail) ? line.slice(0, -tail.length) : line;
  typed.commands.push(command);
  const is = (one: string | undefined): boolean => one !== undefined && command.startsWith(one);
  if (is(hangs)) yield { kind: 'pause', ms: 1000 * 3600_000 };
  if (is(panics)) yield* show('panic: page fault\ncpuid = 0\n');
  if (is(panics)) yield { kind: 'pause', ms: 1000 * 3600_000 };
  if (is(fails)) yield* show(`sh: ${command.split(' ')[0]}: not found\n`);
  if (is(fails) && line.endsWith(tail)) yield* show(printed(tail.slice(' || '.length)));
  if (command.includes('bsdinstall')) yield* dialogs();
  yield { kind: 'pause', ms: 1000 };
}

/** What bsdinstall draws with a terminal of the kind vt100. */
function* dialogs(): Player {
  for (const percent of [1, 40, 100]) {
    yield* show(
      `\x1b[2J\x1b[1;1HFreeBSD Installer\x1b[10;20HExtracting distribution files...\x1b[12;30H${percent}%\x1b[0m`,
    );
    yield { kind: 'pause', ms: 200_000 };
  }
  yield* show('\x1b[24;1H\n');
}
