import { Bytes } from '../bytes.ts';
import type {
  Address,
  IpsecMode,
  IpsecProtocol,
  Migration,
  PolicyIdentity,
  ReplayState,
  SaIdentity,
  XfrmEvent,
} from '../model.ts';
import { type Attribute, findAttribute, markOf, readAttributes } from './attributes.ts';
import { policyIdentity, saIdentity } from './identity.ts';
import { bodyOf, type NetlinkMessage, readMessages, readPolicyMessage, readSaMessage } from './message.ts';
import { structSize, xfrmAttribute, xfrmMessage } from './numbers.ts';
import { readDirection, readPolicy, readPolicyType } from './policy.ts';
import { readReplay, readReplayEsn, readSa, readSaInfo } from './sa.ts';
import {
  addressOf,
  modeName,
  protocolName,
  readEncapsulation,
  readKnownFamily,
  readMark,
  readSelector,
  readUse,
} from './structures.ts';

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

/** struct xfrm_usersa_id, 24 bytes; the family is needed for more addresses behind it. */
function readSaId(body: Bytes): { id: SaIdentity; family: 4 | 6 } {
  const destination = body.take(16);
  const spi = body.u32();
  const family = readKnownFamily(body);
  const protocol = protocolName(body.u8());
  body.skip(1);
  return { id: { protocol, spi, destination: addressOf(destination, family) }, family };
}

function withMark<Id extends SaIdentity | PolicyIdentity>(id: Id, attributes: readonly Attribute[]): Id {
  const mark = markOf(attributes);
  return mark ? { ...id, mark } : id;
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

/** struct xfrm_userpolicy_id, 64 bytes: by index (then without selector) or by selector. */
function readPolicyId(body: Bytes): Pick<PolicyIdentity, 'selector' | 'direction'> {
  const selector = readSelector(body);
  body.skip(4);
  const direction = readDirection(body);
  body.skip(3);
  return { selector, direction };
}

function withPolicyAttributes(
  id: Pick<PolicyIdentity, 'selector' | 'direction'>,
  attributes: Attribute[],
): PolicyIdentity {
  const type = findAttribute(attributes, xfrmAttribute.policyType, 'XFRM policy type');
  const ifId = findAttribute(attributes, xfrmAttribute.ifId, 'XFRM interface id')?.u32Le();
  const whole: PolicyIdentity = {
    ...id,
    type: type ? readPolicyType(type) : 'main',
    ...(ifId !== undefined && { ifId }),
  };
  return withMark(whole, attributes);
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

/** struct xfrm_userpolicy_id, and one XFRMA_MIGRATE (struct xfrm_user_migrate) for each move. */
function migrated({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM migrate');
  const policyId = readPolicyId(body);
  const attributes = readAttributes(body);
  const id = withPolicyAttributes(policyId, attributes);
  const moves = attributes.filter(({ type }) => type === xfrmAttribute.migrate).map(({ data }) => readMove(data));
  const migrations = moves.map(({ migration }) => migration);
  const encapsulation = findAttribute(attributes, xfrmAttribute.encap, 'XFRM encapsulation');
  const ike = findAttribute(attributes, xfrmAttribute.kmaddress, 'XFRM IKE addresses');
  return {
    kind: 'migrate',
    id,
    migrations,
    ...(encapsulation && { encapsulation: readEncapsulation(encapsulation, moves[0]?.family ?? 4) }),
    ...(ike && { ike: readIkeAddresses(ike) }),
  };
}

function readMove(data: Uint8Array): { migration: Migration; family: 4 | 6 } {
  const bytes = new Bytes(data, 'XFRM migration');
  const [oldDestination, oldSource] = [bytes.take(16), bytes.take(16)];
  const [newDestination, newSource] = [bytes.take(16), bytes.take(16)];
  const protocol: IpsecProtocol = protocolName(bytes.u8());
  const mode: IpsecMode = modeName(bytes.u8());
  bytes.skip(2);
  const reqid = bytes.u32Le();
  const [oldFamily, family] = [readKnownFamily(bytes), readKnownFamily(bytes)];
  const migration = {
    protocol,
    mode,
    reqid,
    oldSource: addressOf(oldSource, oldFamily),
    oldDestination: addressOf(oldDestination, oldFamily),
    newSource: addressOf(newSource, family),
    newDestination: addressOf(newDestination, family),
  };
  return { migration, family };
}

function readIkeAddresses(bytes: Bytes): { local: Address; remote: Address } {
  const [local, remote] = [bytes.take(16), bytes.take(16)];
  bytes.skip(4);
  const family = readKnownFamily(bytes);
  return { local: addressOf(local, family), remote: addressOf(remote, family) };
}

/** struct xfrm_user_migrate_state, 132 bytes. */
function saMigrated({ raw }: NetlinkMessage): XfrmEvent {
  const body = bodyOf(raw, 'XFRM SA migrate');
  const { id } = readSaId(body);
  const [destination, source] = [body.take(16), body.take(16)];
  const oldMark = readMark(body);
  const selector = readSelector(body);
  const reqid = body.u32Le();
  body.skip(4);
  const family = readKnownFamily(body);
  body.skip(2);
  const attributes = readAttributes(body);
  const encapsulation = findAttribute(attributes, xfrmAttribute.encap, 'XFRM encapsulation');
  const mark = markOf(attributes);
  const marked = oldMark.value !== 0 || oldMark.mask !== 0;
  return {
    kind: 'sa-migrated',
    id: marked ? { ...id, mark: oldMark } : id,
    source: addressOf(source, family),
    destination: addressOf(destination, family),
    reqid,
    selector,
    ...(mark && { mark }),
    ...(encapsulation && { encapsulation: readEncapsulation(encapsulation, family) }),
  };
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
