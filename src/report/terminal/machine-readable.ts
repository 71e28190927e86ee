import { visible, visibleLine } from '../../base/visible.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import { wordTable } from '../../model/words.ts';
import { categoryCounts } from '../../results/categories.ts';
import type { Reporter, Sink } from '../reporter.ts';
import { issueDetails } from './issue-details.ts';

/** `results.json` as it is stored, with tests by the categories of their issues and the time the session took. */
export function jsonReporter(sink: Sink): Reporter {
  return {
    end({ results, wallMs, interrupted }) {
      const categories = Object.fromEntries(categoryCounts(results.results));
      const time = wallMs === undefined ? {} : { wallMs: Math.round(wallMs) };
      sink.write(`${JSON.stringify({ ...results, categories, interrupted, ...time }, undefined, 1)}\n`);
    },
  };
}

function tapLine(result: ScenarioResult, number: number): string {
  const name = visibleLine(keyOf(result)).replaceAll(/[\\#]/g, '\\$&');
  if (wordTable[result.word].tap === 'ok # SKIP') {
    return `ok ${number} - ${name} # SKIP ${visibleLine(result.issues[0]?.message ?? 'unsupported')}\n`;
  }
  if (result.word === 'passed') return `ok ${number} - ${name}\n`;
  // TAP's word for a failure that is known, and that the run does not fail for.
  const todo = result.expected ? ' # TODO as in the baseline' : '';
  const text = visible(issueDetails(result));
  const lines = text === '' ? [] : ['  details: |', ...text.split('\n').map((line) => `    ${line}`)];
  return [`not ok ${number} - ${name}${todo}`, '  ---', `  verdict: ${result.word}`, ...lines, '  ...', ''].join('\n');
}

/** TAP version 14, written at the end, since the plan's order is not the order of ends. */
export function tapText(results: Results): string {
  const lines = results.results.map((result, index) => tapLine(result, index + 1));
  const { pending } = results;
  const bail = pending.length > 0 ? `Bail out! ${pending.length} scenarios did not run\n` : '';
  return `TAP version 14\n1..${results.results.length + pending.length}\n${lines.join('')}${bail}`;
}

export function tapReporter(sink: Sink): Reporter {
  return { end: ({ results }) => sink.write(tapText(results)) };
}
