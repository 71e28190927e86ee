import { EspalierError } from '../../base/errors.ts';
import { repeatsIn } from '../../base/repeats.ts';
import { compare } from '../../base/text.ts';
import { ConsoleAssembler, type ConsoleCommand } from '../../evidence/records/consoles.ts';
import { decode } from '../../evidence/records/decode.ts';
import { endsInPrompt, lastPrompt, promptOf, replacePrompts } from '../../evidence/records/prompt.ts';
import type { LabRecord } from '../../evidence/records/record.ts';
import { RecordTail } from '../../lab/record-tail.ts';
import type { LabPlan } from '../../model/scenario.ts';

/** Lines of each command's output in the transcript that opens a shell. */
const briefLines = 6;

/** Characters of what a host printed last by which one sees whether it is at its prompt. */
const keptTail = 4096;

/** The prompt of a debugger on a host. Its first character ends the agent's prompts as well, so that the clock stands at it. */
export const programPrompt = { sign: '\x1e', text: '\x1e(gdb) ' } as const;

/** A text with prompts as libreswan's own machines show them, in place of the agent's. */
export function humanPrompt(text: string, host: string): string {
  return replacePrompts(text, ({ status, cwd }) => {
    const base = cwd.slice(cwd.lastIndexOf('/') + 1) || '/';
    return `[root@${host} ${base}${status === 0 ? '' : ` ${status}`}]# `;
  });
}

/** One host's console as a person sees it. */
class HostView {
  readonly host: string;
  readonly #assembler = new ConsoleAssembler();
  readonly #decoder = new TextDecoder();
  #commands: ConsoleCommand[] | undefined = [];
  /** What was printed and not shown yet. */
  #waiting = '';
  /** The end of all that was printed. */
  #last = '';
  #edited = false;
  ended = false;

  constructor(host: string) {
    this.host = host;
  }

  record(record: LabRecord): void {
    const said = decode(record);
    if (said.type === 'trouble') this.ended ||= said.word === 'shell-exit';
    const command = this.#commands && this.#assembler.take(record);
    if (command !== undefined) this.#commands?.push(command);
    if (said.type !== 'output') return;
    const text = this.#decoder.decode(said.bytes, { stream: true });
    this.#waiting += text;
    this.#last = (this.#last + text).slice(-keptTail);
  }

  /** The commands so far, the last of which may not have ended. What comes behind them is a person's. */
  takeCommands(cwd: string): readonly ConsoleCommand[] {
    const commands = this.#commands ?? [];
    this.#commands = undefined;
    const { open } = this.#assembler.finish();
    if (open !== undefined) return [...commands, open];
    // The prompt that stands behind the last command belongs to that command's frames: it is shown anew.
    this.#waiting = lastPrompt(this.#last) || promptOf(cwd);
    this.#last = this.#waiting;
    return commands;
  }

  edit(): void {
    this.#edited = true;
    this.#waiting = '';
    this.#last = '';
  }

  take(): string {
    const text = this.#waiting;
    this.#waiting = '';
    const shown = this.#edited ? replacePrompts(text, () => '') : humanPrompt(text, this.host);
    return shown.replaceAll(programPrompt.sign, '');
  }

  get atPrompt(): boolean {
    return endsInPrompt(this.#last);
  }

  get atDebugger(): boolean {
    return this.#last.includes(programPrompt.text, this.#last.lastIndexOf('\n') + 1);
  }
}

/** Follows a held lab's records and gives what its consoles printed. */
export class ConsoleView {
  readonly hosts: readonly string[];
  readonly #tail: RecordTail;
  readonly #cwd: string;
  readonly #views: readonly HostView[];

  /** `file`: the lab's records. */
  constructor(file: string, { topology, cwd }: Pick<LabPlan, 'topology' | 'cwd'>) {
    this.#tail = new RecordTail(file);
    this.#cwd = cwd;
    this.hosts = topology.hosts.map(({ name }) => name);
    this.#views = this.hosts.map((name) => new HostView(name));
  }

  /** The commands that were run, with their output; marks all as shown. To be called once, first. */
  transcript(): string {
    this.#read();
    const parts = this.#views.flatMap((view) =>
      view.takeCommands(this.#cwd).map((one) => ({ ...one, host: view.host })),
    );
    parts.sort((a, b) => compare(a.begin, b.begin));
    // What is typed again and again is what checks ask until they hold.
    const shown = repeatsIn(parts, (one, next) => one.host === next.host && one.line === next.line).map((same) => {
      const { host = '', line = '', output = new Uint8Array() } = same.at(-1) ?? {};
      const times = same.length === 1 ? '' : `  (${same.length} times; the last one)`;
      return `${host}# ${line}${times}\n${lastLines(output)}`;
    });
    const stuck = parts.find(({ end }) => end === undefined);
    const note = stuck === undefined ? `${parts.length} commands run` : `${stuck.host}: the last command has not ended`;
    return `${shown.join('')}(${note})\n`;
  }

  /** Nothing printed so far counts; the next prompt is the host's own affair, with our marker in it. */
  editing(host: string): void {
    this.#view(host).edit();
  }

  /** What a host printed since the last call. */
  take(host: string): string {
    return this.#view(host).take();
  }

  /** True while a host waits at its prompt; what stands behind it then is a line that is being typed. */
  atPrompt(host: string): boolean {
    return this.#view(host).atPrompt;
  }

  /** True while a debugger on a host waits at its prompt (`programPrompt`). */
  atDebugger(host: string): boolean {
    return this.#view(host).atDebugger;
  }

  /** True once the host's shell has ended. */
  ended(host: string): boolean {
    return this.#view(host).ended;
  }

  #view(host: string): HostView {
    this.#read();
    const view = this.#views.find((one) => one.host === host);
    if (view === undefined) throw new EspalierError('bug', `the lab has no host ${host}`);
    return view;
  }

  #read(): void {
    for (const record of this.#tail.read()) this.#views[record.host]?.record(record);
  }
}

/** The end of a command's output: enough to see how it went. */
function lastLines(output: Uint8Array): string {
  const text = replacePrompts(Buffer.from(output).toString('utf8'), () => '');
  const lines = text.split('\n').slice(0, -1);
  const kept = lines.slice(-briefLines).map((line) => `${line}\n`);
  return `${lines.length > briefLines ? `… ${lines.length - briefLines} lines\n` : ''}${kept.join('')}`;
}
