import type { IpsecSa } from '../../evidence/ipsec.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';

/**
 * Whether a policy of the host puts several SAs around one packet, this one among them: only the outermost shows on a link.
 * IPComp is inside of what is counted.
 */
export function isNested({ reqid, protocol }: IpsecSa, { policies }: HostTimeline): boolean {
  return policies.some(({ versions }) =>
    versions.some(({ value: { templates } }) => {
      const sas = templates.filter((template) => template.protocol === 'esp' || template.protocol === 'ah');
      return sas.length > 1 && sas.some((template) => template.protocol === protocol && template.reqid === reqid);
    }),
  );
}
