import { signalNumber } from './signals.ts';

/** Which signals a command line can send. */
export interface SentSignals {
  /** By number; what a line names, and the one that its programs send unless told otherwise. */
  readonly named: ReadonlySet<number>;
  /** It may send others: a variable, a script or a service manager decides. */
  readonly any: boolean;
  /** It may do so after it has ended: it leaves something running. */
  readonly later: boolean;
}

const none: SentSignals = { named: new Set(), any: false, later: false };
const terminate = 15;
const kill = 9;

/** Programs that send the signal that they are told, else SIGTERM; a path may stand before. */
const senders = /(?<![\w.-])(?:kill|pkill|killall|killall5|skill|fuser|start-stop-daemon)(?![\w.-])/g;
/** What a sender is called that is a script of a test's own: it decides itself. */
const scripts = /(?<![\w.-])p?kill\w*[.-]\w/;
/** timeout(1) is followed by an option or a time; other programs have an option of its name. */
const timeout = /(?<![\w.-])timeout +(?:-|\d)/g;
const killAfter = /(?<!\S)(?:-k|--kill-after)/;
/** Service managers end what they started as they like. */
const managers =
  /(?<![\w.-])(?:systemctl +(?:-\S+ +)*(?:stop|restart|kill|try-restart|reload-or-restart)|(?:service +|init\.d\/|rc-service +)\S+ +(?:stop|restart)|(?:reboot|halt|poweroff|shutdown))(?![\w.-])/;
/** `-9`, `-KILL`, `-s KILL`, `--signal=SIGKILL`. */
const named = /(?<!\S)(?:--signal[= ]\s*|-[sn]\s*|-)(?:SIG)?([A-Z][A-Z0-9]{1,6}|\d{1,2})(?![\w-])/g;
/** The same with something that only a shell knows. */
const variable = /(?<!\S)(?:--signal[= ]\s*|-[sn]\s*|-)["']?\$/;
/** A job that goes on behind the prompt: one `&` that is neither of two nor part of a redirection. */
const job = /(?<![&<>|\\])&(?![&>])/;

/** What a line of a console can send. `endedBy`: what else ends daemons. Lines that only look so are taken at their word. */
export function sentSignals(line: string, endedBy: readonly RegExp[]): SentSignals {
  if (line.startsWith('#')) return none;
  const count = (form: RegExp): number => [...line.matchAll(form)].length;
  const limits = count(timeout);
  const sends = count(senders) + limits;
  const any =
    scripts.test(line) ||
    managers.test(line) ||
    endedBy.some((form) => form.test(line)) ||
    (sends > 0 && variable.test(line));
  if (sends === 0 && !any) return none;
  const numbers = [...line.matchAll(named)].map(([, text = '']) => signalNumber(text));
  const found = new Set(numbers.filter((number) => number !== undefined && number > 0) as number[]);
  if (numbers.length < sends) found.add(terminate);
  if (limits > 0 && killAfter.test(line)) found.add(kill);
  return { named: found, any, later: job.test(line) };
}
