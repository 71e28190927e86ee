/** States of IKEv1 (programs/pluto/ikev1_states.c of libreswan) in which an SA is usable by its host. */
const usable = /^(?:STATE_)?(?:MAIN_[IR][34]|AGGR_[IR]2|QUICK_[IR]2|XAUTH_\w+|MODE_CFG_\w+)$/;

/** Says whether libreswan's name or description of a state means an established SA. */
export function isEstablished(state: string): boolean {
  return /^established |^ESTABLISHED_| SA established$/.test(state) || usable.test(state);
}
