/** XFRM_MSG_* of include/uapi/linux/xfrm.h that tell of something. */
export const xfrmMessage = {
  newSa: 0x10,
  deleteSa: 0x11,
  newPolicy: 0x13,
  deletePolicy: 0x14,
  acquire: 0x17,
  expire: 0x18,
  updatePolicy: 0x19,
  updateSa: 0x1a,
  policyExpire: 0x1b,
  flushSa: 0x1c,
  flushPolicy: 0x1d,
  newAe: 0x1e,
  report: 0x20,
  migrate: 0x21,
  mapping: 0x26,
  getDefault: 0x28,
  migrateState: 0x29,
} as const;

/** XFRMA_* of include/uapi/linux/xfrm.h. */
export const xfrmAttribute = {
  algAuth: 1,
  algCrypt: 2,
  algComp: 3,
  encap: 4,
  tmpl: 5,
  sa: 6,
  policy: 7,
  secCtx: 8,
  ltimeVal: 9,
  replayVal: 10,
  coaddr: 14,
  lastused: 15,
  policyType: 16,
  migrate: 17,
  algAead: 18,
  kmaddress: 19,
  algAuthTrunc: 20,
  mark: 21,
  tfcpad: 22,
  replayEsnVal: 23,
  saExtraFlags: 24,
  pad: 27,
  offloadDev: 28,
  setMark: 29,
  setMarkMask: 30,
  ifId: 31,
  mtimerThresh: 32,
  saDir: 33,
  natKeepaliveInterval: 34,
  saPcpu: 35,
  iptfsDropTime: 36,
  iptfsReorderWindow: 37,
  iptfsDontFrag: 38,
  iptfsInitDelay: 39,
  iptfsMaxQsize: 40,
  iptfsPktSize: 41,
} as const;

/** Bytes of the fixed structures, as x86-64 lays them out. */
export const structSize = { selector: 56, sa: 224, saId: 24, policy: 168, policyId: 64, template: 64, migrate: 76 };

/** Names by number; where a number has none, its digits stand for it. */
export const protocolNames: Readonly<Record<number, 'esp' | 'ah' | 'ipcomp'>> = { 50: 'esp', 51: 'ah', 108: 'ipcomp' };
export const modeNames = ['transport', 'tunnel', 'routeoptimization', 'in-trigger', 'beet', 'iptfs'] as const;
export const directionNames = ['in', 'out', 'fwd', 'socket-in', 'socket-out', 'socket-fwd'] as const;
export const encapsulationNames: Readonly<Record<number, 'espinudp' | 'espintcp'>> = { 2: 'espinudp', 7: 'espintcp' };

/** Flags by bit as `ip xfrm` names them. XFRM_STATE_ESN (128) is a field of its own. */
export const saFlags: readonly Flag[] = [
  ['af-unspec', 32],
  ['align4', 64],
  ['decap-dscp', 2],
  ['icmp', 16],
  ['noecn', 1],
  ['nopmtudisc', 4],
  ['wildrecv', 8],
];
export const saExtraFlags: readonly Flag[] = [
  ['dont-encap-dscp', 1],
  ['oseq-may-wrap', 2],
];
export const policyFlags: readonly Flag[] = [
  ['cpu-acquire', 4],
  ['icmp', 2],
  ['localok', 1],
];
export type Flag = readonly [name: string, bit: number];
