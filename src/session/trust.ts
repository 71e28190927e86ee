import { EspalierError } from '../base/errors.ts';
import { say } from '../base/log.ts';
import { visibleLine } from '../base/visible.ts';
import type { RunFile } from '../model/run.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { isTableSuite } from '../suites/all.ts';
import { askOnTerminal } from './ask.ts';

/**
 * Lets a command go on that executes what a run names. A run that this installation made holds what its person once typed. Any
 * other one may name a kernel, or files of TypeScript, that do what a stranger wants: a person is asked, and shown what would run.
 * Raises `infrastructure` where nobody agrees.
 */
export async function refuseUntrusted({ run, isOwn }: RunFolder, trust: boolean | undefined): Promise<void> {
  if (isOwn || trust) return;
  // A newline in a name of theirs would begin a line that looks like one of ours.
  const message = `run ${visibleLine(run.id)} was not made by this installation, and would execute what it names`;
  const named = whatRuns(run).map((line) => `  ${visibleLine(line)}`);
  say([`${message}:`, ...named].join('\n'));
  if (await askOnTerminal('execute that?')) return;
  const remedy = '--trust executes it; judge, report, serve and pcap work without';
  throw new EspalierError('infrastructure', message, { remedy });
}

/** What of a run is executed or read from outside of it, a line each. */
function whatRuns({ options, scenarios }: RunFile): string[] {
  const { substrate, kernel, kconfig, suite, overlay, source = [], paths = {} } = options;
  const names = [...new Set(scenarios.map((entry) => entry.suite))];
  const files = names.filter((name) => !isTableSuite(name)).map((name) => paths[name] ?? name);
  return [
    `${kernel === undefined ? 'Espalier’s own kernel' : `the kernel ${kernel}`}, on the substrate ${substrate}`,
    ...(kconfig === undefined
      ? []
      : [`built on this machine with the options of ${kconfig.file}: ${assignments(kconfig.options)}`]),
    ...files.map((path) => `scenario files of ${path}: their code runs on this machine`),
    ...(suite === undefined ? [] : [`tests of ${suite}, in labs`]),
    ...overlay.map((path) => `programs of the overlay ${path}, in labs`),
    ...source.map((tree) => `the source tree ${tree}, built on this machine without network and privileges, in labs`),
    `suites: ${names.join(', ')}`,
  ];
}

function assignments(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
