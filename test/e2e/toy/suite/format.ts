import { z } from 'zod';
import { composeVerdict, endIssues } from '../../../../src/judge/compose.ts';
import { storedSchema } from '../../../../src/model/stored-scenario.ts';
import type { Issue } from '../../../../src/model/verdict.ts';
import type { Format } from '../../../../src/suites/format.ts';
import type { ToyScenario } from './open.ts';

const schema = storedSchema.extend({ format: z.literal('toy'), wanted: z.string() });

/** What the one command printed, and how it was said. */
export const toyFormat: Format<ToyScenario, z.infer<typeof schema>> = {
  schema,
  store: ({ judging }) => ({ wanted: judging.wanted }),
  judge: async ({ wanted }, { attempt, end, put, damage, golden, facts }) => {
    const said = attempt.consoles.flatMap(({ commands }) => commands.map(({ output }) => Buffer.from(output))).join('');
    put('said.txt', said);
    // A kind of its own, which no table has to know.
    const different: Issue = {
      kind: 'toy-rude',
      word: 'major',
      host: 'alpha',
      message: `said ${JSON.stringify(said)}`,
    };
    const verdict = composeVerdict({
      issues: [...damage, ...endIssues({ end }), ...golden, ...facts.issues, ...(said === wanted ? [] : [different])],
      facts,
      upstream: ({ word }) => word,
    });
    const outcome = said === wanted ? 'holds' : 'fails';
    const check = {
      host: 'alpha',
      asked: 'greeting',
      file: 'toy.txt',
      expected: wanted,
      received: said,
      outcome,
    } as const;
    return { verdict, checks: [check] };
  },
};
