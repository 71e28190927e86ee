import { EspalierError } from '../../../base/errors.ts';
import { contentOf, type IkeMessage, type PayloadChain, payloadsOf, readIke } from './message.ts';
import type { IkePayload, PayloadContent } from './payload.ts';

/** One line about an IKE message: `IKE_SA_INIT request, message 0: SA, KE, Nonce, N(NAT_DETECTION_SOURCE_IP)`. Never throws. */
export function describeIke(bytes: Uint8Array): string {
  try {
    return describeMessage(decodeMessage(readIke(bytes)));
  } catch (error) {
    if (error instanceof EspalierError) return error.message;
    throw error;
  }
}

/** A message with its payloads, and what each of them holds, in the same order. */
export interface DecodedMessage {
  readonly message: IkeMessage;
  readonly chain: PayloadChain;
  readonly contents: readonly PayloadContent[];
}

export function decodeMessage(message: IkeMessage): DecodedMessage {
  const chain = payloadsOf(message);
  return { message, chain, contents: chain.payloads.map((payload) => contentOf(payload, message.major)) };
}

/** The line of `describeIke`. */
export function describeMessage({ message, chain, contents }: DecodedMessage): string {
  const { payloads, problem } = chain;
  const names = payloads.map((payload, at) => describeContent(payload, contents[at] as PayloadContent));
  const told = message.encrypted && payloads.length === 0 ? ['encrypted'] : names;
  const trouble = message.problem ?? problem;
  const list = [...told, ...(trouble === undefined ? [] : [`(${trouble})`])].join(', ');
  return `${describeExchange(message)}${list === '' ? '' : `: ${list}`}`;
}

/** Identifiers of IKEv1 are random, those of IKEv2 count. */
function describeExchange({ major, minor, exchangeName, response, messageId }: IkeMessage): string {
  const id = major === 1 && messageId !== 0 ? `0x${messageId.toString(16).padStart(8, '0')}` : messageId;
  const kind = major === 1 ? '' : response ? ' response' : ' request';
  const version = major === 1 || major === 2 ? '' : ` of IKE version ${major}.${minor}`;
  return `${exchangeName}${kind}${version}, message ${id}`;
}

function describeContent({ name }: IkePayload, content: PayloadContent): string {
  if (content.kind === 'notify') return `${name}(${content.notify.name})`;
  if (content.kind === 'delete') return `${name}(${[content.protocol.name, ...content.spis].join(' ')})`;
  if (content.kind === 'identification') return `${name}(${content.text})`;
  if (content.kind === 'encrypted-fragment') return `${name}(${content.number} of ${content.total})`;
  if (content.kind === 'fragment') return `${name}(${content.number}${content.last ? ', the last' : ''})`;
  return content.kind === 'malformed' ? `${name} (malformed)` : name;
}
