import { readFileSync } from 'node:fs';
import type { LabPlan } from '../../scenario/scenario.ts';
import { consoles } from '../../transcript/consoles.ts';
import { readRecords } from '../../transcript/reader.ts';
import { recordType } from '../../transcript/record.ts';

/** The agent's prompt: GS, nonce, exit status, working directory, RS (guest/agent/terminal.c). */
const [groupSeparator, recordSeparator] = ['\x1d', '\x1e'];
const prompt = new RegExp(`${groupSeparator}[0-9a-f]*:(\\d+):([^${recordSeparator}]*)${recordSeparator}`, 'g');

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
  #seen = 0;
  /** Output of each host that was not shown yet. */
  readonly #waiting = new Map<string, string>();
  readonly #last = new Map<string, string>();

  constructor(file: string, plan: LabPlan) {
    this.#file = file;
    this.#plan = plan;
    this.hosts = plan.topology.hosts.map(({ name }) => name);
  }

  #read(): void {
    const { records, hosts } = readRecords(readFileSync(this.#file));
    for (const record of records.slice(this.#seen)) {
      const host = record.type === recordType.output ? hosts[record.host] : undefined;
      if (host === undefined) continue;
      const text = Buffer.from(record.payload).toString('utf8');
      this.#waiting.set(host, (this.#waiting.get(host) ?? '') + text);
      this.#last.set(host, ((this.#last.get(host) ?? '') + text).slice(-4096));
    }
    this.#seen = records.length;
  }

  /** The commands that were run, with their output; marks all as shown. */
  transcript(): string {
    const file = readRecords(readFileSync(this.#file));
    const parts = consoles(file).flatMap(({ host, commands }) =>
      commands.map((command) => ({ host, begin: command.begin, line: command.line, output: command.output })),
    );
    parts.sort((a, b) => (a.begin < b.begin ? -1 : 1));
    this.#read();
    for (const host of this.hosts) this.#startAtPrompt(host);
    const shown = parts.map(
      ({ host, line, output }) => `${host}# ${line}\n${Buffer.from(output).toString('utf8').replace(prompt, '')}`,
    );
    return `${shown.join('')}(${this.#plan.steps.length} steps run)\n`;
  }

  /** The prompt that stands after the last step belongs to that step's frames: it is shown anew. */
  #startAtPrompt(host: string): void {
    const text = lastPrompt(this.#last.get(host) ?? '') || `\x1d:0:${this.#plan.cwd}\x1e`;
    this.#waiting.set(host, text);
    this.#last.set(host, text);
  }

  /** What a host printed since the last call. */
  take(host: string): string {
    this.#read();
    const text = this.#waiting.get(host) ?? '';
    this.#waiting.set(host, '');
    return humanPrompt(text, host);
  }

  /** True when the last thing a host printed is its prompt. */
  atPrompt(host: string): boolean {
    this.#read();
    return (this.#last.get(host) ?? '').endsWith('\x1e');
  }
}

function lastPrompt(text: string): string {
  return [...text.matchAll(prompt)].at(-1)?.[0] ?? '';
}
