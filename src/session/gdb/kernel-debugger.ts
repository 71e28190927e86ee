import { runAtTerminal } from '../../base/at-terminal.ts';
import { EspalierError } from '../../base/errors.ts';
import { say } from '../../base/log.ts';
import { isTraced } from '../../lab/agent/process-tree.ts';
import type { LabDebugger } from '../../lab/attempt.ts';
import type { StoppedKernel } from '../../lab/substrate/lifecycle.ts';
import { keptSources } from '../../supply/kernel/kept-sources.ts';
import { type GdbWishes, gdbArguments } from './arguments.ts';

/** gdb at the kernel of one lab, from a step of its test on. */
export class KernelDebugger implements LabDebugger {
  readonly at: number;
  readonly #failures: string[] = [];
  readonly #wishes: GdbWishes;
  #asked = false;

  constructor(at: number, wishes: GdbWishes) {
    this.at = at;
    this.#wishes = wishes;
  }

  /** What went otherwise than the person asked, for people. To be asked when the test is over. */
  get failures(): readonly string[] {
    return this.#asked ? this.#failures : ['the test has no lab: gdb was not started'];
  }

  async look({ kernel, process, goOn }: StoppedKernel): Promise<void> {
    this.#asked = true;
    const { batch } = this.#wishes;
    const args = gdbArguments({ kernel, process, sources: keptSources(kernel) }, this.#wishes);
    if (!batch) say(`the lab stands before step ${this.at}; \`continue\` goes on, \`quit\` lets it run without gdb`);
    const ready = (): void => {
      if (!isTraced(process)) throw refused();
      goOn();
    };
    const code = await runAtTerminal('gdb', args, { reads: !batch, ready });
    if (code !== 0) this.#failures.push(`gdb ended with ${typeof code === 'number' ? `exit code ${code}` : code}`);
  }

  missed(): void {
    this.#asked = true;
    this.#failures.push(`the lab ended before step ${this.at}: gdb was not started`);
  }
}

function refused(): EspalierError {
  return new EspalierError('infrastructure', 'gdb cannot attach to the kernel of the lab: this machine refuses it', {
    remedy:
      'allow it: /proc/sys/kernel/yama/ptrace_scope must not be 3, and a container needs ptrace in its seccomp profile',
  });
}
