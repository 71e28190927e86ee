/** What `ip xfrm` prints of a real kernel's tables must be what the netlink decoder reads from its dump. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa, Mark, PortMatch, Selector } from '../../src/evidence/ipsec.ts';
import { readTimeline } from '../../src/evidence/tables/timeline.ts';
import type { TextAlgorithm, TextPolicy, TextSa, TextSelector } from '../../src/evidence/text/kernel-facts.ts';
import { defined } from '../../src/evidence/text/shown.ts';
import { readConsoleFacts } from '../../src/judge/text/read-facts.ts';
import { outputs, runLab, skip } from './lab.ts';

const key = (bytes: number): string => `0x${'a1b2c3d4'.repeat(Math.ceil(bytes / 4)).slice(0, 2 * bytes)}`;
const v4 = 'src 192.0.2.1 dst 192.0.2.2';
const v6 = 'src 2001:db8::1 dst 2001:db8::2';
const encryption = `enc "cbc(aes)" ${key(16)}`;
const integrity = `auth-trunc "hmac(sha256)" ${key(32)} 128`;

/** One SA for each thing that an SA can have. */
const states: readonly string[] = [
  `${v4} proto esp spi 0x1001 reqid 7 mode tunnel ${encryption} ${integrity}`,
  `${v4} proto esp spi 0x1002 mode transport aead "rfc4106(gcm(aes))" ${key(20)} 128 sel ${v4} proto tcp sport 80`,
  `${v4} proto esp spi 0x1003 mode tunnel aead "rfc7539esp(chacha20,poly1305)" ${key(36)} 128 flag esn replay-window 128`,
  `${v4} proto esp spi 0x1004 mode tunnel ${encryption} ${integrity} encap espinudp 4500 4501 0.0.0.0`,
  `${v4} proto esp spi 0x1005 mode tunnel ${encryption} ${integrity} replay-window 32 flag decap-dscp flag af-unspec`,
  `${v4} proto esp spi 0x1006 mode tunnel ${encryption} ${integrity} if_id 0x17 output-mark 0x3 mask 0xff mark 0x5 mask 0xffff`,
  `${v4} proto ah spi 0x1007 mode transport auth-trunc "hmac(sha1)" ${key(20)} 96 sel ${v4} proto icmp type 8 code 0`,
  `${v4} proto comp spi 0x1008 mode tunnel comp deflate`,
  `${v4} proto esp spi 0x1009 mode beet enc "ecb(cipher_null)" "" ${integrity} dir out`,
  `${v4} proto esp spi 0xfffffffe mode tunnel ${encryption} ${integrity} limit time-soft 10 limit time-hard 4000 limit packet-hard 99 limit byte-soft 12345`,
  `${v6} proto esp spi 0x2001 reqid 16389 mode tunnel enc "rfc3686(ctr(aes))" ${key(20)} auth "xcbc(aes)" ${key(16)}`,
  `${v6} proto esp spi 0x2002 mode transport aead "rfc4309(ccm(aes))" ${key(19)} 64 sel src 2001:db8::/64 dst 2001:db8:1::/48 proto udp`,
];

const template = `tmpl ${v4} proto esp reqid 7 mode tunnel`;

const policies: readonly string[] = [
  `src 10.0.0.0/8 dst 10.1.0.0/16 dir out priority 100 ${template}`,
  `src 10.1.0.0/16 dst 10.0.0.0/8 dir in priority 100 ${template} level use`,
  `src 10.1.0.0/16 dst 10.0.0.0/8 dir fwd action block priority 4294967295`,
  `src 0.0.0.0/0 dst 0.0.0.0/0 proto udp sport 500 dir out priority 1`,
  `${v4} proto icmp type 8 code 0 dir out priority 2 ptype sub`,
  `src 2001:db8::/64 dst ::/0 dir out mark 0x5 mask 0xff if_id 0x17 flag icmp flag localok ${template.replaceAll('192.0.2.', '2001:db8::')}`,
  `${v6} proto gre key 305419896 dir in priority 5 limit time-hard 4000 tmpl ${v6} proto ah mode transport tmpl ${v6} proto esp spi 0x77 mode transport`,
];

const hex = (value: number): string => `0x${value.toString(16)}`;
function algorithm(of: { name: string; key: Uint8Array } | undefined, bits?: number): TextAlgorithm | undefined {
  if (of === undefined) return undefined;
  const text = of.key.length === 0 ? '' : `0x${Buffer.from(of.key).toString('hex')}`;
  return defined({ name: of.name, key: text, bits });
}

/** `sport 80`; of the protocols that have ports and of those that have types and codes. */
function port({ port: number, mask }: PortMatch): number | undefined {
  return mask === 0 ? undefined : number;
}

function selector({
  family,
  source,
  destination,
  protocol,
  sourcePort,
  destinationPort,
}: Selector): TextSelector | undefined {
  // ip/ipxfrm.c prints none of AF_UNSPEC.
  if (family === 0) return undefined;
  const ports = { sourcePort: port(sourcePort), destinationPort: port(destinationPort) };
  if (protocol !== 47) return defined({ source, destination, protocol, ...ports });
  // GRE's key fills both ports (RFC 2890; ip/ipxfrm.c).
  const whole = sourcePort.port * 65_536 + destinationPort.port;
  return { source, destination, protocol, sourcePort: whole };
}

const mark = (of: Mark | undefined): string | undefined => of && `${hex(of.value)}/${hex(of.mask)}`;

/** An SA in the words of `ip xfrm state`. */
function textSa(sa: IpsecSa): Partial<TextSa> {
  const { integrity: auth, aead, encapsulation: encap } = sa;
  return defined({
    source: sa.source,
    destination: sa.destination,
    protocol: sa.protocol === 'ipcomp' ? 'comp' : sa.protocol,
    spi: `0x${sa.spi.toString(16).padStart(8, '0')}`,
    reqid: sa.reqid,
    mode: sa.mode,
    direction: sa.direction,
    selector: selector(sa.selector),
    encryption: algorithm(sa.encryption),
    integrity: algorithm(auth, auth?.truncation || undefined),
    aead: algorithm(aead, aead?.icv),
    compression: sa.compression,
    encapsulation: encap && {
      type: encap.type,
      sourcePort: encap.sourcePort,
      destinationPort: encap.destinationPort,
      originalAddress: encap.originalAddress,
    },
    esn: sa.esn,
    replayWindow: sa.replayWindow,
    mark: mark(sa.mark),
    outputMark: mark(sa.outputMark),
    ifId: sa.ifId,
    flags: sa.flags,
    lifetime: sa.lifetime,
  });
}

/** A policy in the words of `ip xfrm policy`. */
function textPolicy(policy: IpsecPolicy): Partial<TextPolicy> {
  return defined({
    selector: selector(policy.selector),
    direction: policy.direction,
    action: policy.action,
    priority: policy.priority,
    type: policy.type,
    index: policy.index,
    mark: mark(policy.mark),
    ifId: policy.ifId,
    flags: policy.flags,
    lifetime: policy.lifetime,
    templates: policy.templates.map(({ source, destination, protocol, reqid, mode, level, spi }) =>
      defined({ source, destination, protocol, reqid, mode, level, spi: spi === 0 ? undefined : hex8(spi) }),
    ),
  });
}

const hex8 = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

test('ip xfrm and the decoder of netlink say the same of one kernel', { skip }, async () => {
  const ran = await runLab([
    ...states.map((state) => `east: ip xfrm state add ${state}`),
    ...policies.map((policy) => `east: ip xfrm policy add ${policy}`),
    'east: ip -s xfrm state',
    'east: ip -s xfrm policy',
  ]);
  const failed = ran.commands.find(({ status }) => status !== 0);
  assert.equal(failed?.line, undefined, failed?.output);
  const [stateText = '', policyText = ''] = outputs(ran).slice(-2);
  const printed = readConsoleFacts(`${stateText}${policyText}`);
  const [east] = readTimeline(ran.file).hosts;
  const sas = east?.snapshots.findLast((one) => one.sas.length > 0)?.sas ?? [];
  const kept = east?.snapshots.at(-1)?.policies ?? [];
  const bySpi = (a: Partial<TextSa>, b: Partial<TextSa>): number => (a.spi ?? '').localeCompare(b.spi ?? '');
  assert.ok(sas.length > states.length, 'IPComp in tunnel mode brings an SA of IP in IP with it');
  assert.deepEqual(
    printed.flatMap((fact) => (fact.kind === 'kernel-sa' ? [told(fact)] : [])).sort(bySpi),
    sas.map(textSa).sort(bySpi),
  );
  const byIndex = (a: Partial<TextPolicy>, b: Partial<TextPolicy>): number => (a.index ?? 0) - (b.index ?? 0);
  assert.equal(kept.length, policies.length);
  assert.deepEqual(
    printed.flatMap((fact) => (fact.kind === 'kernel-policy' ? [told(fact)] : [])).sort(byIndex),
    kept.map(textPolicy).sort(byIndex),
  );
});

/** Without the place in the text, sequence numbers and use, which go on between dump and print. */
function told(fact: object): object {
  const { kind, command, line, replay, use, lastUsed, other, ...rest } = fact as Record<string, unknown>;
  assert.deepEqual(other, [], 'every line is understood');
  return rest;
}
