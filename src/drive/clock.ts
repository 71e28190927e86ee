import { type Duration, nanoseconds } from '../api/duration.ts';
import type { Clock } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import type { Stepper } from './stepper.ts';

/** The lab's clock, for its scenario. All hosts have one; it is set at any of them. */
export function clockOf(stepper: Stepper, host: string): Clock {
  return {
    now: () => stepper.now,
    advance: (span: Duration) => {
      const ns = nanoseconds(span);
      return stepper.called(callerOrigin(), () => stepper.advance(ns));
    },
    jump: (span: Duration) => {
      const origin = callerOrigin();
      const ns = nanoseconds(span);
      return stepper.called(origin, async () => {
        await stepper.must({ host, line: `date -s '+${Number(ns) / 1e9} seconds'`, origin });
        stepper.jumpedBy(ns);
      });
    },
  };
}
