import { latin1 } from '../../base/bytes.ts';
import { type Fate, isCaught } from '../../model/faults.ts';
import type { FaultedPackets } from '../evidence.ts';
import { messagesOf, readWire } from '../packet/wire.ts';
import { decode, type RecordedFault } from '../records/decode.ts';
import type { RecordFile } from '../records/reader.ts';

/** One frame of a fault rule, with when it was caught or put on its link. */
export interface TimedFault extends RecordedFault {
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
}

/** What fault rules did, in order. */
export function faultsIn({ records }: Pick<RecordFile, 'records'>): TimedFault[] {
  return records.flatMap((record) => {
    const said = decode(record);
    return said.type === 'fault' ? [{ ...said, time: record.time }] : [];
  });
}

/** Fates of frames that no host made as they are. */
const made: ReadonlySet<Fate> = new Set(['spoiled', 'injected']);

/** What fault rules took from links and put on them, by protocol and SPI; `undefined`: no frame. */
export function faultedPackets(faults: readonly TimedFault[]): FaultedPackets | undefined {
  if (faults.length === 0) return undefined;
  const surplus = new Map<string, number>();
  const copies: { key: string; time: bigint }[] = [];
  const declared = new Set<string>();
  for (const { fate, frame, time } of faults) {
    for (const { protocol, spi, bytes } of protectedIn(frame, time)) {
      const key = `${protocol} ${spi}`;
      surplus.set(key, (surplus.get(key) ?? 0) + (isCaught(fate) ? -1 : 1));
      if (fate === 'copy' || fate === 'injected') copies.push({ key, time });
      if (made.has(fate)) declared.add(latin1(bytes));
    }
  }
  return { surplus, copies, declared };
}

interface ProtectedBytes {
  readonly protocol: 'esp' | 'ah';
  readonly spi: number;
  readonly bytes: Uint8Array;
}

function protectedIn(frame: Uint8Array, time: bigint): ProtectedBytes[] {
  return readWire([{ time, frame }]).flatMap((packet): ProtectedBytes[] => {
    const { ip } = packet.dissected;
    if (ip !== undefined && ip.fragment === undefined && ip.upper.kind === 'ah')
      return [{ protocol: 'ah', spi: ip.upper.spi, bytes: ip.bytes.subarray(ip.upper.offset, ip.end) }];
    return messagesOf(packet).flatMap(({ message }) =>
      message.kind === 'esp' ? [{ protocol: 'esp' as const, spi: message.spi, bytes: message.bytes }] : [],
    );
  });
}
