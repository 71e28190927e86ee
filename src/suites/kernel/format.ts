import { z } from 'zod';
import { latin1, utf8OfLatin1 } from '../../base/bytes.ts';
import { deathsOf } from '../../evidence/attempt/deaths.ts';
import type { CheckOutcome } from '../../model/check-outcomes.ts';
import type { Of } from '../../model/schema.ts';
import { count, text } from '../../model/schema.ts';
import { storedSchema } from '../../model/stored-scenario.ts';
import type { Format, JudgedAttempt, Judgement } from '../format.ts';
import { judgeProgram } from './judge.ts';
import { host, type KernelScenario } from './kernel.ts';
import { countSubtests, type Subtest } from './subtests.ts';

/** `scenario.json` of a selftest of the kernel. */
const kernelSchema = storedSchema.extend({
  format: z.literal('kernel'),
  program: z.object({
    file: text,
    timeout: count,
    missingOptions: z.array(text),
    lacks: z.object({ helper: text, why: text }).exactOptional(),
  }),
});

type Stored = Of<typeof kernelSchema>;

/** Judged by the program's exit status and what it prints of its subtests. */
export const kernelFormat: Format<KernelScenario, Stored> = {
  schema: kernelSchema,
  store: ({ judging: { program } }) => ({ program: { ...program, missingOptions: [...program.missingOptions] } }),
  judge,
};

async function judge(stored: Stored, { attempt, end, put, damage, golden, facts }: JudgedAttempt): Promise<Judgement> {
  const command = stored.steps[0]?.line ?? '';
  const done = attempt.consoles.flatMap(({ commands }) => commands).find(({ step }) => step === 0);
  const output = done === undefined ? '' : utf8OfLatin1(latin1(done.output));
  const counted = countSubtests(output);
  put('console.txt', output);
  const verdict = judgeProgram({
    program: { ...stored.program, host, command },
    end,
    command,
    status: done?.end === undefined ? undefined : done.status,
    output,
    counted,
    ended: deathsOf(attempt.records),
    issues: [...damage, ...golden],
    facts,
  });
  const checks = counted.subtests.map((subtest) => outcomeOf(subtest, stored.program.file));
  return { verdict, checks: checks.length > 0 ? checks : [wholeProgram(stored.program.file, done?.status)] };
}

const outcomes = { ok: 'holds', xfail: 'holds', fail: 'fails', skip: 'undecided' } as const;

function outcomeOf({ name, word, text: received, line }: Subtest, file: string): CheckOutcome {
  const expected = word === 'xfail' ? 'fails, as the test says itself (XFAIL)' : 'ok';
  return { host, asked: `${name} (line ${line} of its output)`, file, expected, received, outcome: outcomes[word] };
}

/** It prints nothing that can be counted: the exit status alone decides. */
function wholeProgram(file: string, status: number | undefined): CheckOutcome {
  const received = status === undefined ? 'it did not end' : `exit status ${status}, and no line that names a subtest`;
  const outcome = status === undefined || status === 4 ? 'undecided' : status === 0 ? 'holds' : 'fails';
  return { host, asked: 'the whole program', file, expected: 'exit status 0', received, outcome };
}
