import { readFileSync, statSync } from 'node:fs';
import { consoles } from '../../evidence/records/consoles.ts';
import { readRecords } from '../../evidence/records/reader.ts';
import { type LabRecord, recordType } from '../../evidence/records/record.ts';
import type { LabPlan } from '../../model/scenario.ts';

/** The agent's prompt: GS, nonce, exit status, working directory, RS (guest/agent/terminal.c). */
const [groupSeparator, recordSeparator] = ['\x1d', '\x1e'];
const prompt = new RegExp(`${groupSeparator}[0-9a-f]*:(\\d+):([^${recordSeparator}]*)${recordSeparator}`, 'g');

/** Lines of each command's output in the transcript that opens a shell. */
const briefLines = 6;

/** What a person sees instead: as libreswan's own machines show it. */
export function humanPrompt(text: string, host: string): string {
  return text.replace(prompt, (_, status: string, directory: string) => {
    const base = directory.slice(directory.lastIndexOf('/') + 1) || '/';
    return `[root@${host} ${base}${status === '0' ? '' : ` ${status}`}]# `;
  });
}

/** Reads a held lab's records as they grow and gives what its consoles printed. */
export class ConsoleView {
  readonly hosts: readonly string[];
  readonly #file: string;
  readonly #plan: LabPlan;
  #size = 0;
  #seen = 0;
  /** Output of each host that was not shown yet. */
  readonly #waiting = new Map<string, string>();
  readonly #last = new Map<string, string>();
  readonly #ended = new Set<string>();
  readonly #edited = new Set<string>();

  constructor(file: string, plan: LabPlan) {
    this.#file = file;
    this.#plan = plan;
    this.hosts = plan.topology.hosts.map(({ name }) => name);
  }

  #read(): void {
    const { size } = statSync(this.#file);
    if (size === this.#size) return;
    this.#size = size;
    const { records, hosts } = readRecords(readFileSync(this.#file));
    for (const record of records.slice(this.#seen)) {
      const host = hosts[record.host];
      if (host === undefined) continue;
      if (record.type === recordType.trouble && text(record).startsWith('shell-exit')) this.#ended.add(host);
      if (record.type !== recordType.output) continue;
      this.#waiting.set(host, (this.#waiting.get(host) ?? '') + text(record));
      this.#last.set(host, ((this.#last.get(host) ?? '') + text(record)).slice(-4096));
    }
    this.#seen = records.length;
  }

  /** The commands that were run, with their output; marks all as shown. */
  transcript(): string {
    const file = readRecords(readFileSync(this.#file));
    const parts = consoles(file).flatMap(({ host, commands }) =>
      commands.map((command) => ({
        host,
        begin: command.begin,
        line: command.line,
        output: command.output,
        end: command.end,
      })),
    );
    parts.sort((a, b) => (a.begin < b.begin ? -1 : 1));
    this.#read();
    for (const host of this.hosts) this.#startAtPrompt(host, parts.findLast((part) => part.host === host)?.end);
    const shown = parts.map(({ host, line, output }) => `${host}# ${line}\n${lastLines(output)}`);
    const stuck = parts.find(({ end }) => end === undefined);
    const note = stuck === undefined ? `${parts.length} commands run` : `${stuck.host}: the last command has not ended`;
    return `${shown.join('')}(${note})\n`;
  }

  /** The prompt that stands after the last step belongs to that step's frames: it is shown anew. */
  #startAtPrompt(host: string, end: bigint | undefined = 0n): void {
    if (end === undefined) return;
    const text = lastPrompt(this.#last.get(host) ?? '') || `\x1d:0:${this.#plan.cwd}\x1e`;
    this.#waiting.set(host, text);
    this.#last.set(host, text);
  }

  /** Nothing printed so far counts; the next prompt is the host's own affair, with our marker in it. */
  editing(host: string): void {
    this.#read();
    this.#edited.add(host);
    this.#waiting.set(host, '');
    this.#last.set(host, '');
  }

  /** What a host printed since the last call. */
  take(host: string): string {
    this.#read();
    const text = this.#waiting.get(host) ?? '';
    this.#waiting.set(host, '');
    return this.#edited.has(host) ? text.replace(prompt, '') : humanPrompt(text, host);
  }

  /** True while a host waits at its prompt; what stands behind it then is a line that is being typed. */
  atPrompt(host: string): boolean {
    this.#read();
    const last = this.#last.get(host) ?? '';
    return last.lastIndexOf(recordSeparator) > last.lastIndexOf('\n');
  }

  /** True once the host's shell has ended. */
  ended(host: string): boolean {
    this.#read();
    return this.#ended.has(host);
  }
}

/** The end of a command's output: enough to see how it went. */
function lastLines(output: Uint8Array): string {
  const lines = Buffer.from(output).toString('utf8').replace(prompt, '').split('\n').slice(0, -1);
  const kept = lines.slice(-briefLines).map((line) => `${line}\n`);
  return `${lines.length > briefLines ? `… ${lines.length - briefLines} lines\n` : ''}${kept.join('')}`;
}

function text(record: LabRecord): string {
  return Buffer.from(record.payload).toString('utf8');
}

function lastPrompt(text: string): string {
  return [...text.matchAll(prompt)].at(-1)?.[0] ?? '';
}
