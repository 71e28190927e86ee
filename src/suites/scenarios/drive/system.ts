import { EspalierError } from '../../../base/errors.ts';
import type { Origin } from '../../../model/scenario.ts';
import { DrivenHost } from './host.ts';

/** An installed system. */
export class DrivenSystem extends DrivenHost {
  override requireRecords(asked: string, origin: Origin): void {
    throw new EspalierError('scenario', `${asked} asks for events, and nobody records those of an installed system`, {
      ...origin,
      host: this.name,
      remedy: 'ask for what its tables hold, or for what a command prints',
    });
  }
}
