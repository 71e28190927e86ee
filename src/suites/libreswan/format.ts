import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { latin1, utf8OfLatin1 } from '../../base/bytes.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { ConsoleTranscript } from '../../evidence/records/consoles.ts';
import type { FaultLine } from '../../judge/oracles/incidents/fault-lines.ts';
import { compareText } from '../../judge/text/adapted-text.ts';
import { unifiedDiff } from '../../judge/text/difference.ts';
import type { AttemptFile, EndWord } from '../../model/attempt.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import { hash, type Of, text } from '../../model/schema.ts';
import { storedSchema } from '../../model/stored-scenario.ts';
import type { Issue } from '../../model/verdict.ts';
import type { SanitizerScript } from '../../sanitize/plan-stages.ts';
import { sanitize } from '../../sanitize/sanitize.ts';
import type { Format, GoldenText, JudgedAttempt, Judgement, PutDerived } from '../format.ts';
import { type InputFolder, putInput, readInput, readSharedInput } from '../input-folder.ts';
import { composeConsoles, type RawConsoles } from './consoles.ts';
import { expectationSchema, type StoredExpectation } from './expectation.ts';
import { type AttemptEvidence, type ConsoleEvidence, judgeConsoles } from './judge.ts';
import type { LibreswanScenario } from './libreswan.ts';
import { rewritesNamed } from './received-text.ts';
import { isLookedFor } from './signs.ts';

/** `scenario.json` of a scenario in libreswan's format. */
export const libreswanSchema = storedSchema.extend({
  format: z.literal('libreswan'),
  guests: z.record(text, text),
  /** How the driver of the suite writes consoles; absent: as until 5.2. */
  console: z.enum(['marks', 'typed-marks']).exactOptional(),
  /** Sanitized consoles end with their last line, not with an empty one. */
  blankEnd: z.literal(false).exactOptional(),
  expectations: z.array(expectationSchema),
  sanitizers: z.record(text, hash),
});

type Stored = Of<typeof libreswanSchema>;
type KnownBy = Pick<JudgedAttempt, 'folder'>;

/** Consoles against the suite's references, after its sanitizers. */
export const libreswanFormat: Format<LibreswanScenario, Stored> = {
  schema: libreswanSchema,
  store: ({ expectations, judging }, folder) => ({
    guests: judging.guests,
    ...(judging.console !== 'marks' && { console: judging.console }),
    ...(!judging.blankEnd && { blankEnd: judging.blankEnd }),
    expectations: expectations.map(({ host, file, expected, sanitizers, rewrites }) => ({
      host,
      file,
      sanitizers,
      rewrites,
      ...(expected && { expected: putInput(folder, expected) }),
    })),
    sanitizers: Object.fromEntries([...judging.sanitizers].map(([name, bytes]) => [name, putInput(folder, bytes)])),
  }),
  judge,
  knows,
  golden: goldenConsoles,
};

async function judge(stored: Stored, parts: JudgedAttempt): Promise<Judgement> {
  const { attempt, end, folder, put, cache } = parts;
  const raw = compose(stored, end.word, attempt.consoles);
  const work: Work = {
    put,
    folder,
    scripts: new Map(Object.entries(stored.sanitizers).map(([name, id]) => [name, script(name, id, folder)])),
    raw,
    cache,
    blankEnd: stored.blankEnd ?? true,
  };
  const evidence: AttemptEvidence = {
    complete: raw.complete,
    end,
    ...commandOf(stored, end),
    consoles: await Promise.all(stored.expectations.map((one) => consoleEvidence(one, work))),
    plutoLogs: plutoLogs(stored).flatMap((log) => {
      const bytes = attempt.read(log.file);
      return bytes === undefined ? [] : [{ ...log, bytes }];
    }),
    issues: [...parts.damage, ...rawIssues(raw), ...parts.golden],
    facts: parts.facts,
  };
  return { verdict: judgeConsoles(evidence) };
}

/** What the suite's own post-mortem looks for is an issue under its name; other lines may stand in the reference. */
async function knows({ cwd, expectations }: Stored, line: FaultLine, { folder }: KnownBy): Promise<boolean> {
  const { host, file, kind, text } = line;
  const source = file === undefined ? 'raw' : file === plutoLog(cwd, host) ? 'pluto-log' : undefined;
  if (source !== undefined && isLookedFor(kind, source, text)) return true;
  const ownReferences = expectations.filter((one) => one.host === host || one.host === 'all');
  return ownReferences.some(({ expected }) => {
    const lines = expected === undefined ? [] : utf8OfLatin1(latin1(readInput(folder, expected))).split('\n');
    return lines.some((one) => one.trimEnd() === text);
  });
}

/** Sanitized consoles with the adaptations of received text that judging applies before it says that texts differ. */
function goldenConsoles({ expectations }: Stored, attempt: Attempt): GoldenText[] {
  return expectations.flatMap(({ file, expected, rewrites }) => {
    const derived = attempt.read(`derived/${file}`);
    if (derived === undefined) return [];
    const received = rewritesNamed(rewrites).reduce((before, { rewrite }) => rewrite(before), latin1(derived));
    return [{ file, content: Buffer.from(received, 'latin1'), before: expected }];
  });
}

function compose(stored: Stored, end: EndWord, transcripts: readonly ConsoleTranscript[]): RawConsoles {
  const { postMortem, console } = stored;
  return composeConsoles({
    test: stored.cwd.slice(stored.cwd.lastIndexOf('/') + 1),
    hosts: stored.hosts,
    steps: stored.steps,
    guests: stored.guests,
    ...(postMortem !== undefined && { postMortem }),
    ...(console !== undefined && { style: console }),
    transcripts,
    end,
  });
}

function commandOf({ steps }: Stored, end: AttemptFile['end']): { command?: string } {
  const step = end.step === undefined ? undefined : steps[end.step];
  return step === undefined ? {} : { command: step.line };
}

function rawIssues({ exception, consoles: texts }: RawConsoles): Issue[] {
  const issues = exception ? [issueOf('EXCEPTION', exception)] : [];
  for (const [host, bytes] of texts) {
    if (host === 'all' || isUtf8(bytes)) continue;
    issues.push(issueOf('output-undecodable', { host, message: 'the console holds bytes that are not UTF-8' }));
  }
  return issues;
}

interface Work {
  readonly put: PutDerived;
  readonly folder: InputFolder;
  readonly scripts: ReadonlyMap<string, SanitizerScript>;
  readonly raw: RawConsoles;
  readonly cache: string | undefined;
  readonly blankEnd: boolean;
}

async function consoleEvidence(one: StoredExpectation, work: Work): Promise<ConsoleEvidence> {
  const { host, file } = one;
  const rewrites = rewritesNamed(one.rewrites);
  const raw = work.raw.consoles.get(host);
  if (raw === undefined || raw.length === 0) return { host, file };
  const { put, scripts, cache } = work;
  put(`${host}.console.verbose.txt`, raw);
  const result = await sanitize({ names: one.sanitizers, scripts, input: raw, ...(cache && { cache }) });
  if ('problem' in result) return { host, file, raw, sanitized: result };
  const bytes = work.blankEnd ? result.output : result.output.subarray(0, -1);
  put(file, bytes);
  if (one.expected === undefined) return { host, file, raw, sanitized: { bytes } };
  const compared = compareText(latin1(readInput(work.folder, one.expected)), latin1(bytes), rewrites);
  const diff = unifiedDiff(compared.expected, compared.best, [`expected/${file}`, `received/${file}`]);
  put(`${host}.console.diff`, Buffer.from(diff, 'latin1'));
  return { host, file, raw, sanitized: { bytes, compared } };
}

function script(name: string, id: string, folder: InputFolder): SanitizerScript {
  return { name, content: readSharedInput(folder, id) };
}

function plutoLog(cwd: string, host: string): string {
  return `files${cwd}/OUTPUT/${host}.pluto.log`;
}

function plutoLogs({ hosts, cwd }: Stored): { host: string; file: string }[] {
  return hosts.map((host) => ({ host, file: plutoLog(cwd, host) }));
}
