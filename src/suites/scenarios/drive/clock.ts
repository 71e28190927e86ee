import { type Duration, type Jump, nanoseconds } from '../api/duration.ts';
import type { Clock } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import type { Stepper } from './stepper.ts';

/** The lab's clock, for its scenario. */
export function clockOf(stepper: Stepper): Clock {
  return {
    now: () => stepper.now,
    advance: (span: Duration) => {
      const ns = nanoseconds(span);
      return stepper.called(callerOrigin(), () => stepper.advance(ns));
    },
    jump: (span: Jump) => {
      const ns = signedNanoseconds(span);
      return stepper.called(callerOrigin(), () => stepper.jump(ns));
    },
  };
}

function signedNanoseconds(span: Jump): bigint {
  if (typeof span === 'number') return span < 0 ? -nanoseconds(-span) : nanoseconds(span);
  return span.startsWith('-') ? -nanoseconds(span.slice(1) as Duration) : nanoseconds(span as Duration);
}
