import { latin1 } from '../../base/bytes.ts';
import { EspalierError } from '../../base/errors.ts';
import {
  type DecodedMessage,
  decodeMessage,
  describeIke,
  describeMessage,
} from '../../evidence/packet/ike/describe.ts';
import { describeProposal } from '../../evidence/packet/ike/describe-proposal.ts';
import { type IkeMessage, readIke } from '../../evidence/packet/ike/message.ts';
import type { IkeSelector, PayloadContent } from '../../evidence/packet/ike/payload.ts';
import type { Message } from '../../model/observed.ts';
import { cut } from './texts.ts';

/** Characters that are kept of what a message says, and one line beyond them. */
const mostDetails = 8000;

interface KnownMessage {
  /** Undefined: bytes that are no IKE message. */
  readonly header: IkeMessage | undefined;
  index?: number;
}

/** All IKE messages of an attempt, each described once however often it was seen. */
export class IkeMessages {
  readonly messages: Message[] = [];
  readonly #known = new Map<string, KnownMessage>();
  readonly #answered = new Set<string>();
  readonly #most: number;

  /** `all`: the bytes of every message, also of those that are over `most`. */
  constructor(all: readonly Uint8Array[], most: number) {
    this.#most = most;
    for (const bytes of all) {
      const name = latin1(bytes);
      if (this.#known.has(name)) continue;
      const header = headerOf(bytes);
      this.#known.set(name, { header });
      const request = header && answeredBy(header);
      if (request !== undefined) this.#answered.add(request);
    }
  }

  /** The index of a message in `messages`; undefined: there are enough. */
  index(bytes: Uint8Array): number | undefined {
    const known = this.#known.get(latin1(bytes));
    if (known === undefined || known.index !== undefined) return known?.index;
    if (this.messages.length >= this.#most) return undefined;
    known.index = this.messages.push(this.#describe(bytes, known.header)) - 1;
    return known.index;
  }

  #describe(bytes: Uint8Array, header: IkeMessage | undefined): Message {
    if (header === undefined) return { text: cut(describeIke(bytes)), details: [], flags: ['malformed'] };
    const decoded = decodeMessage(header);
    const request = requestKey(header);
    const unanswered = request !== undefined && !this.#answered.has(request);
    const malformed = header.problem !== undefined || decoded.chain.problem !== undefined;
    const flags = [...(unanswered ? ['unanswered' as const] : []), ...(malformed ? ['malformed' as const] : [])];
    const text = cut(shortText(describeMessage(decoded)));
    return { text, details: detailsOf(decoded), ...(flags.length > 0 && { flags }) };
  }
}

/** `IKE_AUTH request 1: SK`; identifiers of IKEv1 count nothing and stay as they are. */
function shortText(text: string): string {
  return text.replace(/^(\S+ (?:request|response)), message (\d+)/, '$1 $2');
}

function headerOf(bytes: Uint8Array): IkeMessage | undefined {
  try {
    return readIke(bytes);
  } catch (error) {
    if (error instanceof EspalierError) return undefined;
    throw error;
  }
}

/** IKEv2 alone says which message answers which (RFC 7296, 2.2). The responder's SPI is not known to a first request. */
function requestKey({ major, response, initiatorSpi, messageId, fromInitiator }: IkeMessage): string | undefined {
  return major !== 2 || response ? undefined : `${initiatorSpi} ${messageId} ${fromInitiator}`;
}

/** The request that a response answers. */
function answeredBy({ major, response, initiatorSpi, messageId, fromInitiator }: IkeMessage): string | undefined {
  return major === 2 && response ? `${initiatorSpi} ${messageId} ${!fromInitiator}` : undefined;
}

/** What is in clear: a line per payload that has more to say than its name. */
function detailsOf({ message, chain, contents }: DecodedMessage): string[] {
  const lines = chain.payloads.flatMap(({ name }, at) => contentLines(name, contents[at] as PayloadContent));
  const spis = `SPIs ${message.initiatorSpi} ${message.responderSpi}, ${message.length} bytes`;
  let length = 0;
  const kept = lines.map(cut).filter((line) => {
    const free = length < mostDetails;
    length += line.length;
    return free;
  });
  const left = lines.length - kept.length;
  return [spis, ...kept, ...(left > 0 ? [`… ${left} more`] : [])];
}

function contentLines(name: string, content: PayloadContent): string[] {
  switch (content.kind) {
    case 'sa':
      return content.proposals.map((proposal) => `${name} ${describeProposal(proposal)}`);
    case 'key-exchange':
      return content.group === undefined ? [] : [`${name} ${content.group.name}`];
    case 'notify':
      return [`${name} ${content.notify.name}${content.spi === '' ? '' : ` SPI ${content.spi}`}`];
    case 'delete':
      return [`${name} ${[content.protocol.name, ...content.spis].join(' ')}`];
    case 'identification':
      return [`${name} ${content.type.name} ${content.text}`];
    case 'authentication':
      return [`${name} ${content.method.name}`];
    case 'certificate':
    case 'certificate-request':
      return [`${name} ${content.encoding.name}, ${content.data.length} bytes`];
    case 'traffic-selectors':
      return content.selectors.map((selector) => `${name} ${selectorRange(selector)}`);
    case 'encrypted':
      return [`${name} ${content.length} bytes, encrypted`];
    case 'malformed':
      return [`${name} malformed: ${content.problem}`];
    default:
      return [];
  }
}

function selectorRange({ type, start, end, protocol, startPort, endPort }: IkeSelector): string {
  if (start === undefined) return type.name;
  return `${start}-${end} protocol ${protocol} ports ${startPort}-${endPort}`;
}
