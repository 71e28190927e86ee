import { addressBytes, withoutPrefix } from '../../../model/addresses.ts';
import type { XfrmMigration, XfrmPolicyId } from '../api/xfrm.ts';

/* Structures of include/uapi/linux/xfrm.h as x86-64 lays them out, for what iproute2 has no words for. */

const [netlinkHeader, attributeHeader] = [16, 4];
/** NLM_F_REQUEST and NLM_F_ACK. */
const acknowledged = 0x5;
const xfrmMsgMigrate = 0x21;
const xfrmaMigrate = 17;
const families = { 4: 2, 6: 10 } as const;
const directions = { in: 0, out: 1, fwd: 2 } as const;
const protocols = { esp: 50, ah: 51, ipcomp: 108 } as const;
const modes = { transport: 0, tunnel: 1 } as const;

/** A netlink message that is to be acknowledged. */
export function netlinkMessage(type: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(netlinkHeader);
  header.writeUInt32LE(netlinkHeader + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(acknowledged, 6);
  header.writeUInt32LE(1, 8);
  return Buffer.concat([header, body]);
}

/** XFRM_MSG_MIGRATE with one move. */
export function migrateMessage(move: XfrmMigration): Buffer {
  const { protocol = 'esp', mode = 'tunnel', reqid = 0, from, to } = move;
  const body = Buffer.alloc(76);
  [from[1], from[0], to[1], to[0]].forEach((address, at) => {
    body.set(addressBytes(address), at * 16);
  });
  body.writeUInt8(protocols[protocol], 64);
  body.writeUInt8(modes[mode], 65);
  body.writeUInt32LE(reqid, 68);
  body.writeUInt16LE(families[familyOf(from[0])], 72);
  body.writeUInt16LE(families[familyOf(to[0])], 74);
  const head = Buffer.alloc(attributeHeader);
  head.writeUInt16LE(attributeHeader + body.length, 0);
  head.writeUInt16LE(xfrmaMigrate, 2);
  return netlinkMessage(xfrmMsgMigrate, Buffer.concat([policyIdBytes(move.policy), head, body]));
}

/** struct xfrm_userpolicy_id. */
function policyIdBytes({ source, destination, direction }: XfrmPolicyId): Buffer {
  const bytes = Buffer.alloc(64);
  const family = familyOf(source ?? destination ?? '0.0.0.0');
  const any = family === 4 ? '0.0.0.0/0' : '::/0';
  [destination ?? any, source ?? any].forEach((text, at) => {
    const address = addressBytes(withoutPrefix(text));
    bytes.set(address, at * 16);
    bytes.writeUInt8(Number(text.split('/')[1] ?? address.length * 8), 42 + at);
  });
  bytes.writeUInt16LE(families[family], 40);
  bytes.writeUInt8(directions[direction], 60);
  return bytes;
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}
