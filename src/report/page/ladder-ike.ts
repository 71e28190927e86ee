import { EspalierError } from '../../base/errors.ts';
import { describeIke } from '../../evidence/packet/ike/describe.ts';
import { describeProposal } from '../../evidence/packet/ike/describe-proposal.ts';
import { contentOf, type IkeMessage, payloadsOf, readIke } from '../../evidence/packet/ike/message.ts';
import type { IkeSelector, PayloadContent } from '../../evidence/packet/ike/payload.ts';
import type { RowFlag } from './data.ts';

/** What a row of the ladder says of an IKE message. */
export interface IkeText {
  readonly text: string;
  readonly details: readonly string[];
  readonly flags: readonly RowFlag[];
}

/** An IKE message as the ladder meets it. */
export interface IkeSighting {
  readonly bytes: Uint8Array;
  /** Who put it on the link. */
  readonly sender: string;
}

/** Tells IKE messages, and which of them were sent again or never answered. */
export class IkeReader {
  readonly #answers: ReadonlySet<string>;
  readonly #sent = new Set<string>();

  /** `all`: every IKE message of the attempt. */
  constructor(all: readonly IkeSighting[]) {
    this.#answers = new Set(all.flatMap(({ bytes }) => answerKey(header(bytes)) ?? []));
  }

  /** To be called in the order of time. */
  tell({ bytes, sender }: IkeSighting): IkeText {
    const key = `${sender} ${Buffer.from(bytes).toString('latin1')}`;
    const flags: RowFlag[] = this.#sent.has(key) ? ['again'] : [];
    this.#sent.add(key);
    const message = header(bytes);
    if (message === undefined) return { text: describeIke(bytes), details: [], flags: [...flags, 'malformed'] };
    const request = requestKey(message);
    if (request !== undefined && !this.#answers.has(request)) flags.push('unanswered');
    if (message.problem !== undefined || payloadsOf(message).problem !== undefined) flags.push('malformed');
    return { text: shortText(describeIke(bytes)), details: detailsOf(message), flags };
  }
}

/** `IKE_AUTH request 1: SK`; identifiers of IKEv1 count nothing and stay as they are. */
function shortText(text: string): string {
  return text.replace(/^(\S+ (?:request|response)), message (\d+)/, '$1 $2');
}

function header(bytes: Uint8Array): IkeMessage | undefined {
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

function answerKey(message: IkeMessage | undefined): string[] | undefined {
  if (message?.major !== 2 || !message.response) return undefined;
  return [`${message.initiatorSpi} ${message.messageId} ${!message.fromInitiator}`];
}

/** What is in clear: a line per payload that has more to say than its name. */
function detailsOf(message: IkeMessage): string[] {
  const { payloads } = payloadsOf(message);
  const lines = payloads.flatMap((payload) => contentLines(payload.name, contentOf(payload, message.major)));
  return [`SPIs ${message.initiatorSpi} ${message.responderSpi}, ${message.length} bytes`, ...lines];
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
