/** Lines of `ip -batch`: SAs and policies of ESP in transport mode. */

/** AES-128-GCM with its salt. */
const gcm = `aead rfc4106(gcm(aes)) 0x${'11'.repeat(16)}${'22'.repeat(4)} 128`;

export interface Sa {
  readonly from: string;
  readonly to: string;
  readonly spi: number;
  readonly reqid: number;
}

export const saId = ({ from, to, spi }: Sa): string => `src ${from} dst ${to} proto esp spi ${spi}`;

/** @param more further words, as `ip xfrm state` takes them */
export function saLine(verb: 'add' | 'update', sa: Sa, more = ''): string {
  return `xfrm state ${verb} ${saId(sa)} reqid ${sa.reqid} mode transport ${gcm} ${more}`;
}

export interface Selector {
  readonly from: string;
  readonly to: string;
  readonly direction: 'in' | 'out' | 'fwd';
}

export const policyId = ({ from, to, direction }: Selector): string => `src ${from} dst ${to} dir ${direction}`;

/** A policy that requires ESP by SAs with this reqid. */
export function policyLine(verb: 'add' | 'update', selector: Selector, reqid: number): string {
  return `xfrm policy ${verb} ${policyId(selector)} priority 100 tmpl proto esp mode transport reqid ${reqid}`;
}
