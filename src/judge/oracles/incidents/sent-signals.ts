import { leavesJob } from '../typed-lines.ts';
import { signalNumber } from './signals.ts';

/** Which signals a command line can send. */
export interface SentSignals {
  /** By number; what a line names, and the one that its programs send unless told otherwise. */
  readonly named: ReadonlySet<number>;
  /** It may send others: a variable, a script or a service manager decides. */
  readonly any: boolean;
  /** It may do so after it has ended: it leaves something running. */
  readonly later: boolean;
  /** It runs a script of the test's own, which can ask daemons to end: what a script does is not seen. */
  readonly byScript: boolean;
}

const terminate = 15;
const kill = 9;

/** Programs that send the signal that they are told, else SIGTERM. */
const senders: ReadonlySet<string> = new Set([
  ...['kill', 'pkill', 'killall', 'killall5', 'skill', 'fuser', 'start-stop-daemon'],
]);
/** Programs that end all that there is. */
const enders: ReadonlySet<string> = new Set(['reboot', 'halt', 'poweroff', 'shutdown']);
/** Programs that end what they started, as they like; a verb says so. */
const managers: ReadonlySet<string> = new Set(['systemctl', 'service', 'rc-service']);
const verbs: ReadonlySet<string> = new Set(['stop', 'restart', 'kill', 'try-restart', 'reload-or-restart']);
/** What a sender is called that is a script of a test's own: it decides itself. */
const script = /^p?kill\w*[.-]/;

/** A script beside the test: `LIMIT=20 ./scan.sh`, `sh ./scan.sh`. What a suite shares lies elsewhere and ends nothing unasked. */
const ownScript = /^\s*(?:\w+=\S*\s+)*(?:(?:\S*\/)?(?:ba|da)?sh\s+(?:-\w*\s+)*)?\.\/\w/;

/** By what lines are read. */
export interface SenderRules {
  /** What else ends daemons. */
  readonly endedBy: readonly RegExp[];
  /** Whether a program that is called by a word is the one that ended, or can have ended it. */
  readonly concerns: (word: string) => boolean;
}

/** What a line of a console can send. Lines that only look so are taken at their word. */
export function sentSignals(line: string, { endedBy, concerns }: SenderRules): SentSignals {
  if (line.startsWith('#')) return { named: new Set(), any: false, later: false, byScript: false };
  const commands = line.split(/[;|&]/);
  const sent = commands.map((command) => sentBy(command, concerns));
  return {
    named: new Set(sent.flatMap(({ named }) => named)),
    any: sent.some(({ any }) => any) || endedBy.some((form) => form.test(line)),
    later: leavesJob(line),
    byScript: commands.some((command) => ownScript.test(command)),
  };
}

/** What one simple command can send. */
function sentBy(
  command: string,
  concerns: SenderRules['concerns'],
): { readonly named: readonly number[]; readonly any: boolean } {
  const words = command.split(/[\s()'"`]+/);
  const programs = words.map((word) => word.slice(word.lastIndexOf('/') + 1));
  const any = programs.some((program) => enders.has(program) || script.test(program)) || isManaged(words);
  // timeout(1) is followed by an option or a time.
  const isSender = (program: string, at: number): boolean =>
    senders.has(program) || /^timeout [-\d]/.test(`${program} ${words[at + 1]}`);
  const at = programs.findIndex(isSender);
  if (at < 0 || sparesAll(words.slice(at), concerns)) return { named: [], any };
  const told = words.flatMap((word, at) => toldSignal(word, words[at + 1]));
  const usual = told.length === 0 ? [terminate] : [];
  return {
    named: [...told.flatMap((one) => signalNumber(one) ?? []), ...usual, ...(words.some(endsForGood) ? [kill] : [])],
    any: any || told.some((one) => one.startsWith('$')),
  };
}

/** A program that ends others by their names, with options that leave the names what they are, and the names. */
const byName = /^(?:\S*\/)?(?:pkill|killall)((?: -\S+)*)((?: [\w.+-]+)+)$/;
const harmless = /^-(?:\d+|SIG[A-Z\d]+|[A-Z][A-Z\d]+|[eqwx])$/;

/** Whether what stands from a sender on ends programs by their names, and none of them concerns anybody. */
function sparesAll(words: readonly string[], concerns: SenderRules['concerns']): boolean {
  const [, told = '', names = ''] = byName.exec(words.filter(Boolean).join(' ')) ?? [];
  const isPlain = told.split(' ').every((option) => option === '' || harmless.test(option));
  return names !== '' && isPlain && !names.trim().split(' ').some(concerns);
}

const options: ReadonlySet<string> = new Set(['-s', '-n', '--signal']);
const prefixes = ['--signal=', '-'] as const;

/** What a word tells a sender to send: `-9`, `-KILL`, `-s KILL`, `--signal=KILL`, or a variable. */
function toldSignal(word: string, next: string | undefined): string[] {
  const prefix = prefixes.find((one) => word.startsWith(one));
  const text = options.has(word) ? next : prefix && word.slice(prefix.length);
  return text !== undefined && (text.startsWith('$') || signalNumber(text) !== undefined) ? [text] : [];
}

/** timeout(1) sends SIGKILL where its first signal did not help; fuser(1) at once. */
function endsForGood(word: string): boolean {
  return word === '-k' || word.startsWith('--kill-after');
}

/** Whether a command has a service ended: `systemctl --no-block stop`, `service NAME stop`, `/etc/init.d/NAME stop`. */
function isManaged(words: readonly string[]): boolean {
  const at = words.findIndex((word) => managers.has(word) || word.includes('/init.d/'));
  return at >= 0 && words.slice(at).some((word) => verbs.has(word));
}
