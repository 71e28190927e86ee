import type { IncidentKind } from '../../model/issue-kinds.ts';
import type { LineSign } from './line-signs.ts';

/** What a line of a log or a console can say of the program that wrote it. */
export type FaultKind = Exclude<IncidentKind, 'died' | 'daemon-ended' | 'kernel-fault'>;

/** A way in which programs say that something is wrong with them. */
export interface Fault extends LineSign {
  readonly kind: FaultKind;
  /** For people, before the line itself. */
  readonly message: string;
}
