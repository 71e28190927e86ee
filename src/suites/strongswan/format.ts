import { z } from 'zod';
import { latin1 } from '../../base/bytes.ts';
import { faultOf } from '../../daemons/table.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { ConsoleCommand } from '../../evidence/records/consoles.ts';
import type { FaultLine } from '../../judge/oracles/incidents/fault-lines.ts';
import type { Of } from '../../model/schema.ts';
import { storedSchema } from '../../model/stored-scenario.ts';
import { grep } from '../../sanitize/grep.ts';
import type { Format, JudgedAttempt, Judgement } from '../format.ts';
import { checkSchema } from './check.ts';
import { outcomeOf } from './check-outcomes.ts';
import { type CheckEvidence, holds, judgeEvaltest } from './judge.ts';
import type { StrongswanScenario } from './strongswan.ts';

/** `scenario.json` of a test of strongSwan's suite. */
const strongswanSchema = storedSchema.extend({
  format: z.literal('strongswan'),
  checks: z.array(checkSchema),
});

type Stored = Of<typeof strongswanSchema>;
type KnownBy = Pick<JudgedAttempt, 'attempt'>;

/** The fault that the suite's judge itself looks for in the daemons' log. Other daemons have other words for one of its kind. */
const judged = faultOf('strongswan', 'daemon-fatal');

/** Searches in the output of commands, as the suite's `evaltest.dat` says. */
export const strongswanFormat: Format<StrongswanScenario, Stored> = {
  schema: strongswanSchema,
  store: ({ judging }) => ({
    checks: judging.checks.map(({ step, pattern, hit, weight }) => ({ step, pattern, hit, weight })),
  }),
  judge,
  knows,
};

/** Crashes in the daemons' log are an issue of the suite's judge; what a check wants to find is expected. */
async function knows({ checks, steps }: Stored, { kind, host, file, text }: FaultLine, { attempt }: KnownBy) {
  if (kind === judged.kind && file === logOf(host) && judged.line.test(text)) return true;
  const wanting = checks.filter(({ hit, step }) => hit !== 'NO' && hit !== 'never' && steps[step]?.host === host);
  if (wanting.length === 0) return false;
  const commands = commandsByStep(attempt);
  const line = Buffer.from(text);
  for (const { pattern, step } of wanting) {
    const isRead = commands.get(step)?.output.includes(line.toString('latin1')) === true;
    const found = isRead ? await grep(pattern, line) : { lines: [] };
    if ('lines' in found && found.lines.length > 0) return true;
  }
  return false;
}

async function judge(stored: Stored, parts: JudgedAttempt): Promise<Judgement> {
  const { attempt, end, put } = parts;
  const commands = commandsByStep(attempt);
  const checks: CheckEvidence[] = [];
  for (const check of stored.checks) checks.push(await evidenceOf(check, stored, commands));
  put('console.txt', Buffer.from(consoleText(stored, commands, checks), 'latin1'));
  const running = end.step === undefined ? undefined : stored.steps[end.step];
  const verdict = judgeEvaltest({
    end,
    ...(running && { command: remoteCommand(running.line) }),
    checks,
    logs: logsOf(stored).flatMap((log) => {
      const bytes = attempt.read(log.file);
      return bytes === undefined ? [] : [{ ...log, text: latin1(bytes) }];
    }),
    issues: [...parts.damage, ...parts.golden],
    facts: parts.facts,
  });
  return { verdict, checks: checks.map((check) => outcomeOf(check, commands.get(check.step)?.begin)) };
}

/** Output of a command, the two streams apart. */
interface Said {
  readonly output: string;
  readonly errors: string;
  readonly status: number | undefined;
  /** When it was typed: virtual nanoseconds since 1970. */
  readonly begin: bigint;
}

/** Stands between the output of a command and what it said as errors. */
const mark = '\x1c';

function commandsByStep({ consoles }: Attempt): ReadonlyMap<number, Said> {
  const typed = consoles.flatMap(({ commands }) => commands);
  return new Map(
    typed.flatMap((command) => (command.step === undefined ? [] : [[command.step, said(command)] as const])),
  );
}

function said({ output, begin, end, status }: ConsoleCommand): Said {
  const text = latin1(output);
  const at = text.indexOf(mark);
  const split = at < 0 ? { output: text, errors: '' } : { output: text.slice(0, at), errors: text.slice(at + 1) };
  return { ...split, status: end === undefined ? undefined : status, begin };
}

async function evidenceOf(
  { step, pattern, hit, weight }: Stored['checks'][number],
  { steps }: Stored,
  commands: ReadonlyMap<number, Said>,
): Promise<CheckEvidence> {
  const { host = '', line: command = '', origin = { file: '', line: 0 } } = steps[step] ?? {};
  const done = commands.get(step);
  const ended = done?.status !== undefined;
  const found = ended && hit !== 'never' ? await grep(pattern, Buffer.from(done.output, 'latin1')) : { lines: [] };
  return {
    step,
    host,
    command: remoteCommand(command),
    file: origin.file,
    line: origin.line,
    pattern,
    hit,
    weight,
    output: ended ? done.output : undefined,
    errors: done?.errors ?? '',
    found,
  };
}

/** What stands in the suite's file, without the words that make a remote shell of it. */
function remoteCommand(line: string): string {
  const quoted = /^run '(.*)'$/s.exec(line)?.[1];
  return quoted === undefined ? line : quoted.replaceAll("'\\''", "'");
}

function logOf(host: string): string {
  return `files/${host}/var/log/daemon.log`;
}

function logsOf({ hosts }: Stored): { host: string; file: string }[] {
  return hosts.map((host) => ({ host, file: logOf(host) }));
}

/** All that was typed and received, with each check behind its command: what people read first. */
function consoleText({ steps }: Stored, commands: ReadonlyMap<number, Said>, checks: readonly CheckEvidence[]): string {
  const searched = Map.groupBy(checks, ({ step }) => step);
  return steps
    .map(({ host, line }, index) => {
      const command = remoteCommand(line);
      const { output, errors, status } = commands.get(index) ?? { output: '', errors: '', status: undefined };
      const end = status === 0 ? '' : `[${status === undefined ? 'did not end' : `exit status ${status}`}]\n`;
      const about = searched.get(index) ?? [];
      return `${host}# ${command}\n${output}${errors}${end}${about.map(checkText).join('')}`;
    })
    .join('\n');
}

function checkText(check: CheckEvidence): string {
  const { found, pattern, hit, output } = check;
  const judged = 'problem' in found ? found.problem : holds(check, found.lines) ? 'holds' : 'FAILS';
  return `~~ grep '${pattern}' [${hit}]: ${output === undefined ? 'not reached' : judged}\n`;
}
