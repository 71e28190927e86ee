import type { BenchPoint, XfrmBench } from '../../../../src/model/xfrm-bench.ts';
import { slopeOf } from '../../../../src/results/xfrm-bench/slope.ts';

/** A point whose repeats lie so many percent around the median. */
export function point(count: number, medianUs: number, percent = 0): BenchPoint {
  const [lowestUs, highestUs] = [medianUs * (1 - percent / 100), medianUs * (1 + percent / 100)];
  const kernelUs = Math.round(medianUs * count);
  return { count, units: count, samples: [{ kernelUs, laterUs: 0, labUs: kernelUs }], medianUs, lowestUs, highestUs };
}

const flat = [point(1, 50, 20), point(100, 2, 10), point(1000, 1.5, 5), point(10_000, 1.5, 5)];
const steep = [point(1, 40, 20), point(100, 1, 10), point(1000, 6, 5), point(10_000, 60, 5)];

/** Two kernels, the second of which deletes in linear time; the first one is ended. */
export const made: XfrmBench = {
  version: 1,
  kernels: [
    { name: '7.2', id: '7.2-1-aa', sha256: 'a'.repeat(64) },
    { name: 'mine', id: 'mine-<b>', sha256: 'b'.repeat(64) },
  ],
  machine: { cpu: 'a CPU', kernel: '6.18' },
  limitSeconds: 60,
  curves: [
    {
      kernel: 0,
      table: 'policy',
      variant: 'net',
      operation: 'add',
      per: 'entry',
      points: flat,
      ...slopeOf('entry', flat),
    },
    {
      ...{ kernel: 0, table: 'policy', variant: 'net', operation: 'delete', per: 'entry', points: steep },
      ended: { count: 100_000, cpuMs: 60_250, what: 'operation' },
      ...slopeOf('entry', steep),
    },
    {
      kernel: 1,
      table: 'policy',
      variant: 'net',
      operation: 'delete',
      per: 'entry',
      points: flat,
      ...slopeOf('entry', flat),
    },
  ],
  memory: [
    {
      ...{ kernel: 0, table: 'policy', variant: 'net', count: 1000, kib: 1124, bytesPerEntry: 1150.976 },
      slabs: [{ name: 'xfrm_dst', objects: 12, bytes: 320 }],
    },
  ],
  unsupported: [{ kernel: 1, table: 'state', variant: 'gcm', reason: 'request 16: Function not implemented' }],
};
