import type { IpsecPolicy, IpsecSa, XfrmEvent } from '../../../src/evidence/ipsec.ts';
import { ByteWriter } from './byte-writer.ts';
import {
  address,
  attribute,
  emptySa,
  encapsulationBytes,
  familyNumber,
  familyOf,
  markAttribute,
  migrationBytes,
  policyAttributes,
  policyId,
  policyIdAttributes,
  policyInfo,
  protocolNumber,
  replayAttribute,
  saAttributes,
  saId,
  saInfo,
  selectorInto,
  useInto,
} from './xfrm-structures.ts';

/*
 * The way back from the model to XFRM netlink messages, written from include/uapi/linux/xfrm.h and on purpose not
 * from the decoders' tables: what both get wrong alike must be in the header too.
 */

/** `XFRM_MSG_NEWSA` (0x10) or `XFRM_MSG_UPDSA` (0x1a). */
export function saMessage(sa: IpsecSa, type = 0x10): Uint8Array {
  return message(type, (out) => saInfo(out, sa).bytes(saAttributes(sa)));
}

/** `XFRM_MSG_NEWPOLICY` (0x13) or `XFRM_MSG_UPDPOLICY` (0x19). */
export function policyMessage(policy: IpsecPolicy, type = 0x13): Uint8Array {
  return message(type, (out) => policyInfo(out, policy).bytes(policyAttributes(policy)));
}

/** The payload of an `xfrmStates` or `xfrmPolicies` record. */
export function dump(messages: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter();
  for (const one of messages) out.bytes(one).align(4);
  return out.done();
}

/** The payload of an `xfrmEvent` record. */
export function eventMessage(event: XfrmEvent): Uint8Array {
  const encode = encoders[event.kind] as (event: XfrmEvent) => Uint8Array;
  return encode(event);
}

type EventOf<K> = Extract<XfrmEvent, { kind: K }>;

const encoders: { readonly [K in XfrmEvent['kind']]: (event: EventOf<K>) => Uint8Array } = {
  'sa-added': ({ sa }) => saMessage(sa),
  'sa-updated': ({ sa }) => saMessage(sa, 0x1a),
  'sa-deleted': ({ id, sa }) =>
    message(0x11, (out) => {
      saId(out, id);
      if (sa) out.bytes(attribute(6, saInfo(new ByteWriter(), sa).done())).bytes(saAttributes(sa));
      else markAttribute(out, id.mark);
    }),
  'sa-expired': (event) =>
    message(0x18, (out) => {
      const { hard, id, source, selector, mode, reqid, use } = event;
      saInfo(out, { ...emptySa, ...id, family: familyOf(source), source, selector, mode, reqid, use });
      out.u8(hard ? 1 : 0).zeros(7);
      markAttribute(out, id.mark);
    }),
  'sa-flushed': ({ protocol }) =>
    message(0x1c, (out) => out.u8(protocol === 'all' ? 0 : protocol === 'ipsec' ? 255 : protocolNumber(protocol))),
  'policy-added': ({ policy }) => policyMessage(policy),
  'policy-updated': ({ policy }) => policyMessage(policy, 0x19),
  'policy-deleted': ({ id, policy }) =>
    message(0x14, (out) => {
      policyId(out, id);
      if (policy) out.bytes(attribute(7, policyInfo(new ByteWriter(), policy).done())).bytes(policyAttributes(policy));
      else policyIdAttributes(out, id);
    }),
  'policy-expired': ({ hard, policy }) =>
    message(0x1b, (out) => {
      policyInfo(out, policy)
        .u8(hard ? 1 : 0)
        .zeros(7);
      out.bytes(policyAttributes(policy));
    }),
  'policy-flushed': ({ type }) =>
    message(0x1d, (out) => out.bytes(attribute(16, [{ main: 0, sub: 1, all: 255 }[type], 0, 0, 0, 0, 0]))),
  acquire: ({ id, source, selector, policy, sequence }) =>
    message(0x17, (out) => {
      out.bytes(address(id.destination)).zeros(4).u8(protocolNumber(id.protocol)).zeros(3);
      selectorInto(out.bytes(address(source)), selector);
      policyInfo(out, policy).zeros(12).u32Le(sequence);
      out.bytes(policyAttributes(policy));
    }),
  mapping: ({ id, reqid, oldSource, oldPort, newSource, newPort }) =>
    message(0x26, (out) => {
      saId(out, id).u32Le(reqid).bytes(address(oldSource)).bytes(address(newSource)).u16(oldPort).u16(newPort);
    }),
  migrate: ({ id, migrations, encapsulation, ike }) =>
    message(0x21, (out) => {
      policyId(out, id);
      if (ike) {
        const addresses = new ByteWriter().bytes(address(ike.local)).bytes(address(ike.remote)).zeros(4);
        out.bytes(attribute(19, addresses.u16Le(familyNumber(ike.local)).zeros(2).done()));
      }
      if (encapsulation) out.bytes(attribute(4, encapsulationBytes(encapsulation)));
      policyIdAttributes(out, id);
      for (const move of migrations) out.bytes(attribute(17, migrationBytes(move)));
    }),
  'sa-migrated': ({ id, source, destination, reqid, selector, mark, encapsulation }) =>
    message(0x29, (out) => {
      saId(out, id).bytes(address(destination)).bytes(address(source));
      out.u32Le(id.mark?.value ?? 0).u32Le(id.mark?.mask ?? 0);
      selectorInto(out, selector).u32Le(reqid).zeros(4).u16Le(familyNumber(destination)).zeros(2);
      if (encapsulation) out.bytes(attribute(4, encapsulationBytes(encapsulation)));
      markAttribute(out, mark);
    }),
  report: ({ protocol, selector }) => message(0x20, (out) => selectorInto(out.u8(protocol).zeros(3), selector)),
  replay: ({ id, source, reqid, replay, use }) =>
    message(0x1e, (out) => {
      saId(out, id).bytes(address(source)).zeros(4).u32Le(reqid);
      if (replay) out.bytes(replayAttribute(replay, 32));
      if (use) out.bytes(attribute(9, useInto(new ByteWriter(), use).done()));
      markAttribute(out, id.mark);
    }),
  'policy-defaults': (event) =>
    message(0x28, (out) => {
      for (const direction of ['in', 'fwd', 'out'] as const) out.u8(event[direction] === 'block' ? 1 : 2);
    }),
  unknown: ({ type, bytes }) => message(type, (out) => out.bytes(bytes)),
};

/** struct nlmsghdr before what `fill` writes. */
export function message(type: number, fill: (out: ByteWriter) => unknown): Uint8Array {
  const body = new ByteWriter();
  fill(body);
  const bytes = body.done();
  return new ByteWriter()
    .u32Le(bytes.length + 16)
    .u16Le(type)
    .zeros(10)
    .bytes(bytes)
    .done();
}
