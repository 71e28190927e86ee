/** States of strongSwan (src/libcharon/sa/ike_sa.h, child_sa.h) in which packets are still protected by the SA. */
const usable = new Set(['ESTABLISHED', 'INSTALLED', 'UPDATING', 'REKEYING', 'REKEYED']);

/** Says whether an SA in this state can be used. */
export function isUsable(state: string): boolean {
  return usable.has(state);
}
