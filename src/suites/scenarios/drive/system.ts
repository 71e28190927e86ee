import { EspalierError } from '../../../base/errors.ts';
import { hostSystems } from '../../../dialogue/systems/all.ts';
import type { Origin } from '../../../model/scenario.ts';
import { DrivenHost, type HostInputs } from './host.ts';

/** An installed system. */
export class DrivenSystem extends DrivenHost {
  readonly #system: string;

  constructor(inputs: HostInputs, system: string) {
    super(inputs);
    this.#system = system;
  }

  override get isLinux(): boolean {
    return hostSystems.find(({ name }) => name === this.#system)?.host.linux === true;
  }

  override requireRecords(asked: string, origin: Origin): void {
    throw new EspalierError('scenario', `${asked} asks for events, and nobody records those of an installed system`, {
      ...origin,
      host: this.name,
      remedy: 'ask for what its tables hold, or for what a command prints',
    });
  }
}
