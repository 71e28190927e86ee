/** How much is kept of an attempt. */
export interface Limits {
  readonly sas: number;
  readonly incidents: number;
  /** Different IKE messages. */
  readonly messages: number;
  /** Entries of `traffic`. */
  readonly traffic: number;
  /** Ranges of frames of one entry. */
  readonly ranges: number;
}

/** What is kept at first; where that is too large, a half of it, and so on. */
export const limits: Limits = { sas: 2048, incidents: 256, messages: 1024, traffic: 8192, ranges: 256 };

/** Bytes of `observed.json` beside its leaks. */
export const largest = 256 << 10;

export function halved({ sas, incidents, messages, traffic, ranges }: Limits): Limits {
  const half = (number: number): number => Math.max(1, number >> 1);
  return {
    sas: half(sas),
    incidents: half(incidents),
    messages: half(messages),
    traffic: half(traffic),
    ranges: half(ranges),
  };
}
