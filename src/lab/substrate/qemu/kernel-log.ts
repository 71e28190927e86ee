import type { EvidenceWriter } from './quota.ts';

/** Time since the kernel's boot, as it begins each line. */
const stamp = /^\[ *\d+\.\d{6}\] /;
const longestLine = 4096;

/**
 * What the machines print at their serial lines, one log for all: each line with the time since the lab's start in place of the kernel's
 * own, since kernels boot at different moments.
 */
export class KernelLog {
  readonly #path: string;
  readonly #writer: EvidenceWriter;
  readonly #passed: () => bigint;
  readonly #rests = new Map<string, string>();
  readonly #last = new Map<string, string>();

  constructor(path: string, writer: EvidenceWriter, passed: () => bigint) {
    this.#path = path;
    this.#writer = writer;
    this.#passed = passed;
    this.#writer.append('kernel.log', path, new Uint8Array());
  }

  push(host: string, bytes: Buffer): void {
    const lines = ((this.#rests.get(host) ?? '') + bytes.toString('latin1')).split('\n');
    const rest = lines.pop() ?? '';
    this.#rests.set(host, rest.slice(0, longestLine));
    if (lines.length === 0) return;
    const micro = this.#passed() / 1000n;
    const time = `[${String(micro / 1_000_000n).padStart(5)}.${String(micro % 1_000_000n).padStart(6, '0')}] `;
    const texts = lines.map((line) => line.trimEnd()).filter((line) => line !== '');
    for (const text of texts) if (/Kernel panic/.test(text)) this.#last.set(host, text.replace(stamp, ''));
    const dated = texts.map((text) => `${stamp.test(text) ? text.replace(stamp, time) : text}\n`);
    this.#writer.append('kernel.log', this.#path, Buffer.from(dated.join(''), 'latin1'));
  }

  /** The panic of a machine's kernel, if it said so. */
  panicOf(host: string): string | undefined {
    return this.#last.get(host);
  }

  /** What was printed behind the last whole line. */
  restOf(host: string): string {
    return this.#rests.get(host) ?? '';
  }
}
