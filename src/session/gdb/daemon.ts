import { EspalierError } from '../../base/errors.ts';
import { say } from '../../base/log.ts';
import type { Lab } from '../../lab/substrate/lifecycle.ts';
import { keptSources } from '../../supply/kernel/kept-sources.ts';
import { type RawShellOptions, type ShellProgram, shellCommand } from '../shell/shell.ts';
import { kernelCommand } from './arguments.ts';

/** What `--daemon` names: a program by its name, or a process of the host by its number. */
const daemonName = /^[A-Za-z0-9._-]+$/;

/** The line that starts gdb on a host. A process number is taken as it is; of several processes of a name the first one is meant. */
export function daemonLine(daemon: string): string {
  if (!daemonName.test(daemon)) {
    throw new EspalierError(
      'usage',
      `--daemon ${daemon}: the name of a program or the number of a process is expected`,
    );
  }
  const process = /^\d+$/.test(daemon) ? daemon : `$(pidof ${daemon} | sed 's/.* //')`;
  const first = ['set prompt \\036(gdb) ', 'set confirm off', 'set pagination off'];
  return ['gdb -q', ...first.map((command) => `-iex '${command}'`), `-p ${process}`].join(' ');
}

/** `espalier gdb --host --daemon`: a terminal on a host in which gdb holds one of its daemons; returns the exit code. */
export function debugDaemon(
  selector: string,
  raw: RawShellOptions,
  { daemon, both }: { daemon: string; both: boolean },
) {
  const program: ShellProgram = {
    packages: ['gdb-minimal'],
    debug: both,
    line: daemonLine(daemon),
    started: (lab, kernel) => (both ? tellKernel(lab, kernel) : Promise.resolve()),
  };
  return shellCommand(selector, raw, program);
}

/** How another terminal gets at the kernel of the same lab. */
async function tellKernel(lab: Lab, kernel: string): Promise<void> {
  const process = await lab.process;
  if (process === undefined) throw new EspalierError('guest', 'the lab ended before a debugger could be attached');
  const command = kernelCommand({ kernel, process, sources: keptSources(kernel) });
  say(`the kernel of this lab, for another terminal:\n  ${command}`);
}
