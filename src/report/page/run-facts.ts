import type { RunFile } from '../../model/run.ts';
import type { RunData } from './data.ts';

/** What the head of a run's page says of it. */
export function runFacts({ started, espalier, command, options, machine }: RunFile): RunData['facts'] {
  return [
    ['started', started],
    ['command', command.join(' ')],
    ['seed', options.seed ?? 'none'],
    ['substrate', options.substrate],
    ['machine', `${machine.cores} × ${machine.cpu}, ${machine.memoryMiB} MiB, ${machine.system}`],
    ['espalier', `${espalier}, node ${machine.node}`],
  ];
}
