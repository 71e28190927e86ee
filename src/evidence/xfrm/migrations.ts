import { Bytes } from '../../base/bytes.ts';
import type { Address } from '../../model/addresses.ts';
import type { IpsecMode, IpsecProtocol, Migration, XfrmEvent } from '../ipsec.ts';
import { findAttribute, markOf, readAttributes } from './attributes.ts';
import { readPolicyId, readSaId, withPolicyAttributes } from './ids.ts';
import { bodyOf, type NetlinkMessage } from './message.ts';
import { xfrmAttribute } from './numbers.ts';
import {
  addressOf,
  modeName,
  protocolName,
  readEncapsulation,
  readKnownFamily,
  readMark,
  readSelector,
} from './structures.ts';

/** struct xfrm_userpolicy_id, and one XFRMA_MIGRATE (struct xfrm_user_migrate) for each move. */
export function migrated({ raw }: NetlinkMessage): XfrmEvent {
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
export function saMigrated({ raw }: NetlinkMessage): XfrmEvent {
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
  const template = findAttribute(attributes, xfrmAttribute.encap, 'XFRM encapsulation');
  const encapsulation = template && readEncapsulation(template, family);
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
    // Who asks for a move without encapsulation writes type 0, and the event repeats it (xfrm_user.c, xfrm_do_migrate_state).
    ...(encapsulation && encapsulation.type !== '0' && { encapsulation }),
  };
}
