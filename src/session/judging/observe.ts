import { type Capture, linkTypeEthernet } from '../../evidence/capture/capture.ts';
import { readCapture } from '../../evidence/capture/reader.ts';
import type { FactEvidence, ProtectedPacket, SeenFrame, TypedCommand } from '../../evidence/evidence.ts';
import { readIp } from '../../evidence/packet/ip.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import { wellKnownPorts } from '../../evidence/packet/packet.ts';
import { messagesOf, readWire } from '../../evidence/packet/wire.ts';
import { consoles } from '../../evidence/records/consoles.ts';
import type { RecordFile } from '../../evidence/records/reader.ts';
import { recordType } from '../../evidence/records/record.ts';
import { readTimeline, type Timeline } from '../../evidence/tables/timeline.ts';
import type { OpenedFact } from '../../evidence/wire/fact.ts';
import { createWireOracle, type WireOracle } from '../../evidence/wire/oracle.ts';
import type { KnownSa } from '../../evidence/wire/sa-index.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import { readAttemptFile } from '../../store/attempt-files.ts';
import type { StoredScenario } from '../../suites/format.ts';

/** What the guest recorded of SAs and packets, and what of it cannot be read. */
export interface Observed {
  readonly evidence: FactEvidence;
  readonly issues: readonly Issue[];
}

/** Reads records and captures of an attempt. Damage is an issue unless the lab is known to have ended out of order. */
export function observe(
  attemptDir: string,
  { links, nics }: StoredScenario,
  { file, endedInOrder }: { readonly file: RecordFile; readonly endedInOrder: boolean },
): Observed {
  const timeline = readTimeline(file);
  const senders = new Map(nics.map((nic) => [nic.mac.toLowerCase(), nic]));
  const issues: Issue[] = [];
  const frames = links.flatMap((link) => {
    const read = readLink(attemptDir, link, senders);
    if (read.damage !== undefined && endedInOrder) {
      issues.push(issueOf('capture-damage', { file: read.name, message: read.damage }));
    }
    return read.frames;
  });
  frames.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const oracle = createWireOracle(knownSas(timeline));
  const protectedPackets = frames.flatMap((frame) => protectedOf(frame, oracle));
  const { commands, postMortem } = commandsOf(file);
  return { evidence: { timeline, commands, postMortem, frames, protectedPackets }, issues };
}

interface ReadLink {
  readonly name: string;
  readonly frames: SeenFrame[];
  readonly damage?: string;
}

type Senders = ReadonlyMap<string, StoredScenario['nics'][number]>;

function readLink(attemptDir: string, link: string, senders: Senders): ReadLink {
  const name = `links/${link}.pcapng`;
  const bytes = readAttemptFile(attemptDir, name);
  if (bytes === undefined) return { name, frames: [], damage: 'is missing' };
  const capture = readCapture(bytes);
  const frames = readWire(capture.packets).map((packet): SeenFrame => {
    const { host: sender, ifindex } = senders.get(packet.dissected.sourceMac) ?? {};
    return {
      file: name,
      number: packet.index + 1,
      time: packet.time,
      ...(sender !== undefined && { sender }),
      ...(ifindex !== undefined && { ifindex }),
      packet,
    };
  });
  const problem = problemOf(capture);
  return { name, frames, ...(problem && { damage: problem }) };
}

/** Why a capture does not tell all that was on its link. */
function problemOf({ packets, interfaces, damage }: Capture): string | undefined {
  if (damage !== undefined) return `at byte ${damage.offset}: ${damage.message}`;
  const foreign = interfaces.find(({ linkType }) => linkType !== linkTypeEthernet);
  if (foreign !== undefined) return `frames of link type ${foreign.linkType} are not Ethernet`;
  const cut = packets.findIndex(({ frame, length }) => frame.length < length);
  return cut < 0 ? undefined : `frame ${cut + 1} was cut`;
}

function* knownSas({ hosts }: Timeline): Generator<KnownSa> {
  for (const { host, sas } of hosts) {
    for (const { versions, ended } of sas) {
      const [first] = versions;
      const last = versions.at(-1);
      if (first && last) yield { host, from: first.time, ...(ended && { to: ended.time }), sa: last.value };
    }
  }
}

function protectedOf(frame: SeenFrame, oracle: WireOracle): ProtectedPacket[] {
  const { packet, time, file } = frame;
  const ip = packet.datagram?.packet ?? packet.dissected.ip;
  if (ip === undefined) return [];
  const found: ProtectedPacket[] = [];
  const judge = (part: Pick<ProtectedPacket, 'protocol' | 'spi' | 'encapsulation'>, bytes: Uint8Array): void => {
    const { source, destination } = ip;
    const protocol = part.protocol as 'esp' | 'ah' | 'ipcomp';
    const ipPacket = protocol === 'ah' ? { ipPacket: ip.bytes.subarray(ip.start, ip.end) } : {};
    const fact = oracle.judge({ time, link: file, source, destination, protocol, spi: part.spi, bytes, ...ipPacket });
    const inner = 'inner' in fact && isTunnel(fact) ? innerPacket(fact.inner) : undefined;
    const reason = 'reason' in fact ? fact.reason : undefined;
    found.push({
      frame,
      ...part,
      source,
      destination,
      word: fact.word,
      copy: fact.copyOf !== undefined,
      ...(reason !== undefined && { reason }),
      ...(inner && { inner }),
    });
  };
  for (const { message, encapsulation } of messagesOf(packet)) {
    if (message.kind === 'esp') judge({ protocol: 'esp', spi: message.spi, encapsulation }, message.bytes);
  }
  if (ip.fragment === undefined && ip.upper.kind === 'ah') {
    const { spi, offset } = ip.upper;
    judge({ protocol: 'ah', spi, encapsulation: 'none' }, ip.bytes.subarray(offset, ip.end));
  }
  if (ip.fragment === undefined && ip.upper.kind === 'ipcomp') {
    const whole = ip.bytes.subarray(ip.payload, ip.end);
    judge({ protocol: 'ipcomp', spi: ip.upper.cpi, encapsulation: 'none' }, whole);
  }
  return found;
}

/** Transport mode too carries IP in IP, of tunnel interfaces; behind IPComp it is the tunnel mode of the two. */
function isTunnel({ sa, compression }: OpenedFact): boolean {
  return sa.sa.mode === 'tunnel' || compression !== undefined;
}

/** IP in IP (RFC 2003) and IPv6 in IP (RFC 2473): what tunnel mode carries. */
const tunnelled = new Set([4, 41]);

function innerPacket({ nextHeader, bytes }: { nextHeader: number; bytes: Uint8Array }): IpPacket | undefined {
  return tunnelled.has(nextHeader) ? readIp({ bytes, start: 0, end: bytes.length }, wellKnownPorts) : undefined;
}

function commandsOf(file: RecordFile): Pick<FactEvidence, 'commands' | 'postMortem'> {
  const commands = consoles(file).flatMap(({ host, commands: typed }) =>
    typed.flatMap(({ step, line, begin }): TypedCommand[] => (step === undefined ? [] : [{ host, line, begin }])),
  );
  commands.sort((a, b) => (a.begin < b.begin ? -1 : a.begin > b.begin ? 1 : 0));
  const examined = file.records.find(({ type }) => type === recordType.postMortem);
  return { commands, postMortem: examined?.sequence ?? Number.POSITIVE_INFINITY };
}
