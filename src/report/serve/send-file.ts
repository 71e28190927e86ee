import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { openBelow } from './files-below.ts';

/** Files that are shown as text; all others are saved. */
const plain = /\.(txt|log|json|jsonl|diff|conf|secrets)$/;

/** How an artifact is sent: as plain text, or to be saved; never as what its bytes might be. */
function headersOf(path: string): Record<string, string> {
  return plain.test(path)
    ? { 'content-type': 'text/plain; charset=utf-8' }
    : { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };
}

/** Sends a file below a folder, by its percent-encoded path. */
export function sendFile(context: Context, root: string, path: string): Response | Promise<Response> {
  const file = openBelow(root, path);
  if (file === undefined) return context.notFound();
  const headers = { ...headersOf(path), 'content-length': String(file.bytes) };
  if (context.req.method === 'HEAD' || file.bytes === 0) {
    file[Symbol.dispose]();
    return context.body(null, 200, headers);
  }
  // A file that grows is sent as long as it was.
  const stream = file.stream();
  return context.body(Readable.toWeb(stream) as ReadableStream, 200, headers);
}

/** Sends bytes that were made for this. */
export function sendBytes(context: Context, name: string, bytes: Uint8Array): Response {
  return context.body(Uint8Array.from(bytes), 200, headersOf(name));
}
