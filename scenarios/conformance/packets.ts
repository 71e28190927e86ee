/** An ICMP or ICMPv6 echo reply, which nobody answers. */
export function echoReply(source: string, destination: string, octets = 8): { protocol: number; octets: Buffer } {
  const isV6 = source.includes(':');
  const message = Buffer.alloc(8 + octets, 0x61);
  message.fill(0, 0, 8);
  message.writeUInt8(isV6 ? 129 : 0, 0);
  const protocol = isV6 ? 58 : 1;
  const covered = isV6 ? Buffer.concat([pseudo(source, destination, message.length), message]) : message;
  message.writeUInt16BE(checksum(covered), 2);
  return { protocol, octets: message };
}

/** Of ICMPv6 (RFC 8200, 8.1). */
function pseudo(source: string, destination: string, length: number): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(length, 0);
  tail.writeUInt8(58, 7);
  return Buffer.concat([bytesOf(source), bytesOf(destination), tail]);
}

/** An IPv6 address with one `::`, as labs have it. */
function bytesOf(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const [first, last] = [words(head), words(tail)];
  const bytes = Buffer.alloc(16);
  for (const [at, word] of first.entries()) bytes.writeUInt16BE(word, at * 2);
  for (const [at, word] of last.entries()) bytes.writeUInt16BE(word, 16 - (last.length - at) * 2);
  return bytes;
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of bytes.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
