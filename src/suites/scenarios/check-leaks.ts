import { captureFile } from '../../evidence/attempt/link-capture.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import { daemonPorts, sasUntil } from '../../judge/oracles/in-clear.ts';
import type { Leak } from '../../judge/oracles/leaks.ts';
import { clearTest, filterOf } from '../../judge/oracles/sent-in-clear.ts';
import type { Check } from '../../model/checks.ts';

/** Whether a failed check says that there was cleartext where none should be. */
export function isLeak({ matcher, expected, passed }: Check): boolean {
  return !passed && matcher === 'toHaveSentInClear' && expected.startsWith('not ');
}

/** Every frame that failed checks found in clear, and not only the first, which their text names. */
export function checkLeaks(checks: readonly Check[], evidence: FactEvidence): Leak[] {
  return checks.filter(isLeak).flatMap((check) => framesOf(check, evidence));
}

function framesOf({ host, expected, time }: Check, { frames, timeline }: FactEvidence): Leak[] {
  const filter = filterOf(expected.slice('not '.length));
  if (filter === undefined) return [];
  const end = BigInt(time);
  const isMeant = clearTest(filter);
  const ports = daemonPorts(sasUntil(timeline, end));
  const file = filter.link === undefined ? undefined : captureFile(filter.link);
  return frames
    .filter((frame) => {
      const { ip } = frame.packet.dissected;
      if (ip === undefined || frame.sender !== host || frame.time > end) return false;
      return (file === undefined || file === frame.file) && isMeant(ip, ports);
    })
    .map((frame) => ({ kind: 'check-leak', frame }));
}
