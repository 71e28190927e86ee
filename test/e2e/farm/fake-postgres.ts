/** A server that speaks as much of PostgreSQL's protocol (version 3) as it takes to be refused. */
import { createServer, type Socket } from 'node:net';
import type { Scope } from './field.ts';

/** What a query is answered by: one value, or an error. */
export type Answer = { readonly value: string } | { readonly code: string; readonly message: string };

/** Starts a server; returns its address. */
export async function fakePostgres(t: Scope, answer: (query: string) => Answer): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', talker(socket, answer));
  });
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `postgres://farm@127.0.0.1:${address.port}/postgres`;
}

/** The first message has no kind; each later one has a letter in front of its length. */
function talker(socket: Socket, answer: (query: string) => Answer): (bytes: Buffer) => void {
  let waiting = Buffer.alloc(0);
  let greeted = false;
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (;;) {
      const head = greeted ? 1 : 0;
      if (waiting.length < head + 4) return;
      const size = head + waiting.readInt32BE(head);
      if (waiting.length < size) return;
      const query = waiting.subarray(5, size - 1).toString();
      const kind = greeted ? String.fromCharCode(waiting[0] ?? 0) : 'hello';
      waiting = waiting.subarray(size);
      if (kind === 'hello') socket.write(message('R', int32(0)));
      if (kind === 'Q') socket.write(answered(answer(query)));
      if (kind === 'hello' || kind === 'Q') socket.write(message('Z', Buffer.from('I')));
      greeted = true;
    }
  };
}

function answered(answer: Answer): Buffer {
  if ('code' in answer)
    return message('E', text('SERROR'), text(`C${answer.code}`), text(`M${answer.message}`), text(''));
  const column = Buffer.concat([
    text('server_version_num'),
    int32(0),
    int16(0),
    int32(25),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
  const value = Buffer.from(answer.value);
  return Buffer.concat([
    message('T', int16(1), Buffer.from(column)),
    message('D', int16(1), int32(value.length), value),
    message('C', text('SELECT 1')),
  ]);
}

function message(kind: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);
}

const text = (word: string): Buffer => Buffer.from(`${word}\0`);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
