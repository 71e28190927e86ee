import { Bytes } from '../../base/bytes.ts';
import type { ReplayState, XfrmEvent } from '../ipsec.ts';
import { type Attribute, findAttribute, readAttributes } from './attributes.ts';
import { policyIdentity, saIdentity } from './identity.ts';
import { readPolicyId, readSaId, withMark, withPolicyAttributes } from './ids.ts';
import { bodyOf, type NetlinkMessage, readMessages, readPolicyMessage, readSaMessage } from './message.ts';
import { migrated, saMigrated } from './migrations.ts';
import { structSize, xfrmAttribute, xfrmMessage } from './numbers.ts';
import { readPolicy } from './policy.ts';
import { readReplay, readReplayEsn, readSa, readSaInfo } from './sa.ts';
import { addressOf, protocolName, readSelector, readUse } from './structures.ts';

/**
 * One message of the kernel's XFRM netlink groups (a record of type `xfrmEvent`), as net/xfrm/xfrm_user.c sends them.
 * Types that tell nothing of the tables are `unknown`. Raises `malformed`.
 */
export function readXfrmMessage(payload: Uint8Array): XfrmEvent {
  const messages = readMessages(payload);
  const [message] = messages;
  if (!message || messages.length > 1) {
    throw new Bytes(payload, 'XFRM event').malformed(`holds ${messages.length} messages instead of one`);
  }
  const read = readers[message.type];
  if (read) return read(message);
  return { kind: 'unknown', type: message.type, bytes: bodyOf(message.raw, 'XFRM message').rest() };
}

const readers: Readonly<Record<number, (message: NetlinkMessage) => XfrmEvent>> = {
  [xfrmMessage.newSa]: (message) => ({ kind: 'sa-added', sa: readSaMessage(message) }),
  [xfrmMessage.updateSa]: (message) => ({ kind: 'sa-updated', sa: readSaMessage(message) }),
  [xfrmMessage.deleteSa]: saDeleted,
  [xfrmMessage.expire]: saExpired,
  [xfrmMessage.flushSa]: ({ raw }) => {
    const protocol = bodyOf(raw, 'XFRM SA flush').u8();
    return {
      kind: 'sa-flushed',
      protocol: protocol === 0 ? 'all' : protocol === 255 ? 'ipsec' : protocolName(protocol),
    };
  },
  [xfrmMessage.newPolicy]: (message) => ({ kind: 'policy-added', policy: readPolicyMessage(message) }),
  [xfrmMessage.updatePolicy]: (message) => ({ kind: 'policy-updated', policy: readPolicyMessage(message) }),
  [xfrmMessage.deletePolicy]: policyDeleted,
  [xfrmMessage.policyExpire]: ({ raw }) => {
    const body = bodyOf(raw, 'XFRM policy expire');
    const policy = body.take(structSize.policy);
    const hard = body.u8() !== 0;
    body.skip(7);
    return { kind: 'policy-expired', hard, policy: readPolicy(new Bytes(policy, 'XFRM policy'), readAttributes(body)) };
  },
  [xfrmMessage.flushPolicy]: ({ raw }) => {
    const attributes = readAttributes(bodyOf(raw, 'XFRM policy flush'));
    const type = findAttribute(attributes, xfrmAttribute.policyType, 'XFRM policy type')?.u8() ?? 0;
    return { kind: 'policy-flushed', type: type === 255 ? 'all' : type === 1 ? 'sub' : 'main' };
  },
  [xfrmMessage.acquire]: acquired,
  [xfrmMessage.mapping]: mapped,
  [xfrmMessage.migrate]: migrated,
  [xfrmMessage.migrateState]: saMigrated,
  [xfrmMessage.report]: ({ raw }) => {
    const body = bodyOf(raw, 'XFRM report');
    const protocol = body.u8();
    body.skip(3);
    return { kind: 'report', protocol, selector: readSelector(body) };
  },
  [xfrmMessage.newAe]: replayChanged,
  [xfrmMessage.getDefault]: ({ raw }) => {
    const body = bodyOf(raw, 'XFRM default policy');
    const [inward, fwd, out] = [readDefault(body), readDefault(body), readDefault(body)];
    return { kind: 'policy-defaults', in: inward, fwd, out };
  },
};

/** XFRM_USERPOLICY_BLOCK is 1. */
function readDefault(body: Bytes): 'allow' | 'block' {
  return body.u8() === 1 ? 'block' : 'allow';
}

/** The kernel puts the SA as it was into XFRMA_SA, with its attributes beside it. */
function saDeleted({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM SA delete');
  const { id } = readSaId(body);
  const attributes = readAttributes(body);
  const info = findAttribute(attributes, xfrmAttribute.sa, 'XFRM SA');
  if (!info) return { kind: 'sa-deleted', id: withMark(id, attributes) };
  const sa = readSa(
    info,
    attributes.filter(({ type }) => type !== xfrmAttribute.sa),
  );
  return { kind: 'sa-deleted', id: saIdentity(sa), sa };
}

function saExpired({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM SA expire');
  const sa = readSaInfo(body);
  const hard = body.u8() !== 0;
  body.skip(7);
  const id = withMark(saIdentity(sa), readAttributes(body));
  const { source, selector, mode, reqid, use } = sa;
  return { kind: 'sa-expired', hard, id, source, selector, mode, reqid, use };
}

/** The kernel puts the policy as it was into XFRMA_POLICY. */
function policyDeleted({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM policy delete');
  const id = readPolicyId(body);
  const attributes = readAttributes(body);
  const info = findAttribute(attributes, xfrmAttribute.policy, 'XFRM policy');
  if (!info) return { kind: 'policy-deleted', id: withPolicyAttributes(id, attributes) };
  const policy = readPolicy(
    info,
    attributes.filter(({ type }) => type !== xfrmAttribute.policy),
  );
  return { kind: 'policy-deleted', id: policyIdentity(policy), policy };
}

/** struct xfrm_user_acquire, 280 bytes. Its addresses are of the family of the policy's first template. */
function acquired({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM acquire');
  const destination = body.take(16);
  body.skip(4); // no SPI yet
  const protocol = protocolName(body.u8());
  body.skip(3);
  const source = body.take(16);
  const selector = readSelector(body);
  const info = body.take(structSize.policy);
  body.skip(12); // algorithms that the template allows
  const sequence = body.u32Le();
  const policy = readPolicy(new Bytes(info, 'XFRM policy'), readAttributes(body));
  const family = policy.templates[0]?.family ?? selector.family;
  const id = { protocol, destination: addressOf(destination, family) };
  return { kind: 'acquire', id, source: addressOf(source, family), selector, policy, sequence };
}

/** struct xfrm_user_mapping, 64 bytes. */
function mapped({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM mapping');
  const { id, family } = readSaId(body);
  const reqid = body.u32Le();
  const oldSource = addressOf(body.take(16), family);
  const newSource = addressOf(body.take(16), family);
  return { kind: 'mapping', id, reqid, oldSource, oldPort: body.u16(), newSource, newPort: body.u16() };
}

/** struct xfrm_aevent_id, 48 bytes. */
function replayChanged({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM replay event');
  const { id, family } = readSaId(body);
  const source = addressOf(body.take(16), family);
  body.skip(4); // why it is told
  const reqid = body.u32Le();
  const attributes = readAttributes(body);
  const replay = readReplayOf(attributes);
  const use = findAttribute(attributes, xfrmAttribute.ltimeVal, 'XFRM lifetime');
  const rest = { ...(replay && { replay }), ...(use && { use: readUse(use) }) };
  return { kind: 'replay', id: withMark(id, attributes), source, reqid, ...rest };
}

function readReplayOf(attributes: readonly Attribute[]): ReplayState | undefined {
  const esn = findAttribute(attributes, xfrmAttribute.replayEsnVal, 'XFRM replay state');
  if (esn) return readReplayEsn(esn).replay;
  const plain = findAttribute(attributes, xfrmAttribute.replayVal, 'XFRM replay state');
  return plain && readReplay(plain);
}
