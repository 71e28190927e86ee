import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';
import { readListing } from '../listings/listing.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import { policyDumpReader, saDumpReader } from '../xfrm/dump-reader.ts';
import { isEvent, readEvent } from './changes.ts';
import { applyEvent, emptyTables, type HostTables } from './host-tables.ts';
import { reconcile } from './reconcile.ts';
import { policyRules, saRules } from './table-rules.ts';

/** One host's SAD and SPD while its lab runs: events change it, every dump sets it right. */
export class LiveTables {
  readonly #tables: HostTables = emptyTables();
  readonly #saDumps = saDumpReader();
  readonly #policyDumps = policyDumpReader();

  /** Takes one of the host's records; others than those of XFRM are passed over. Raises `malformed`. */
  take(record: LabRecord): void {
    const { type, payload } = record;
    const { sas, policies } = this.#tables;
    const at = { time: record.time, sequence: record.sequence };
    // Nobody asks what contradicts what while a lab runs.
    const claimed = false;
    if (isEvent(record)) {
      const { event, ...made } = readEvent(record);
      applyEvent(this.#tables, event, made);
    } else if (type === recordType.xfrmStates) {
      reconcile(sas, this.#saDumps.read(payload), { at, rules: saRules, claimed });
    } else if (type === recordType.listing) {
      const listed = readListing(payload);
      if (listed.sas !== undefined) reconcile(sas, listed.sas, { at, rules: saRules, claimed });
      if (listed.policies !== undefined) reconcile(policies, listed.policies, { at, rules: policyRules, claimed });
    } else if (type === recordType.xfrmPolicies) {
      reconcile(policies, this.#policyDumps.read(payload), { at, rules: policyRules, claimed });
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
