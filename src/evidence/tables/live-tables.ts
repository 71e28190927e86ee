import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import { policyDumpReader, saDumpReader } from '../xfrm/dump-reader.ts';
import { readXfrmMessage } from '../xfrm/event.ts';
import { applyEvent, emptyTables, type HostTables } from './host-tables.ts';
import { reconcile } from './reconcile.ts';
import { policyRules, saRules } from './table-rules.ts';

/** One host's SAD and SPD while its lab runs: events change it, every dump sets it right. */
export class LiveTables {
  readonly #tables: HostTables = emptyTables();
  readonly #saDumps = saDumpReader();
  readonly #policyDumps = policyDumpReader();

  /** Takes one of the host's records; others than those of XFRM are passed over. Raises `malformed`. */
  take({ type, time, sequence, payload }: LabRecord): void {
    const at = { time, sequence };
    const { sas, policies } = this.#tables;
    if (type === recordType.xfrmEvent) applyEvent(this.#tables, readXfrmMessage(payload), at);
    else if (type === recordType.xfrmEventMade) applyEvent(this.#tables, readXfrmMessage(payload.subarray(8)), at);
    else if (type === recordType.xfrmStates) reconcile(sas, this.#saDumps.read(payload), { at, rules: saRules });
    else if (type === recordType.xfrmPolicies) {
      reconcile(policies, this.#policyDumps.read(payload), { at, rules: policyRules });
    }
  }

  get sas(): readonly IpsecSa[] {
    return this.#tables.sas.entries().map(([, sa]) => sa);
  }

  /** All that this host's SAs have been, those that are gone too. */
  *everySa(): Generator<IpsecSa> {
    for (const { versions } of this.#tables.sas.lives) for (const { value } of versions) yield value;
  }

  get policies(): readonly IpsecPolicy[] {
    return this.#tables.policies.entries().map(([, policy]) => policy);
  }
}
