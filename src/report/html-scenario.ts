import { join } from 'node:path';
import { type ConsoleDifference, readConsoles, readDifferences } from '../store/attempt-content.ts';
import { attemptPath } from '../store/layout.ts';
import { keyOf, type ScenarioResult } from '../store/results.ts';
import { seedsText } from '../store/seeds.ts';
import type { ConsoleCommand, ConsoleTranscript } from '../transcript/consoles.ts';
import type { Issue } from '../verdict/verdict.ts';
import { type Html, html, page } from './page.ts';

/** A console that never stops talking must not make a page that no browser opens. */
const outputShown = 64 * 1024;
const commandsShown = 2000;
const diffLinesShown = 2000;

/** The page of one scenario: verdict, evidence, consoles of its last attempt. */
export function scenarioPage(result: ScenarioResult, runDir: string, again: string): string {
  const last = result.attempts.at(-1);
  const path = last && attemptPath({ ...result, attempt: last.attempt });
  const transcripts = path === undefined ? [] : readConsoles(join(runDir, path));
  const differences = path === undefined ? [] : readDifferences(join(runDir, path));
  return page(
    `${keyOf(result)}: ${result.word}`,
    html`<p><a href="../../index.html">all scenarios</a></p>
<h1>${keyOf(result)}: <span class="${wordClass(result)}">${result.word}</span></h1>
${facts(result, path)}
<p>Again: <code>${again}</code></p>
${result.issues.length > 0 ? html`<h2>What was seen</h2>` : undefined}
${result.issues.map(issueHtml)}
${differences.map(differenceHtml)}
${transcripts.map(consoleHtml)}`,
  );
}

export function wordClass({ word, expected }: Pick<ScenarioResult, 'word' | 'expected'>): string {
  if (word === 'passed' || word === 'unsupported') return `word ${word}`;
  return expected ? 'word' : 'word bad';
}

function facts(result: ScenarioResult, path: string | undefined): Html {
  const last = result.attempts.at(-1);
  const rows: (readonly [string, string])[] = [['hosts', result.hosts.join(', ')]];
  if (result.change !== undefined) rows.push(['against the baseline', result.change]);
  if (result.adapted.length > 0) rows.push(['adaptations', result.adapted.join(', ')]);
  if (last?.end !== undefined) rows.push(['lab', [last.end.word, last.end.detail].filter(Boolean).join(': ')]);
  if (last?.time !== undefined) {
    const virtual = (Number(BigInt(last.time.virtualNs) / 1_000_000n) / 1000).toFixed(1);
    rows.push(['time', `${(last.time.wallMs / 1000).toFixed(1)} s, in the lab ${virtual} s`]);
  }
  if (result.attempts.length > 1) rows.push(['attempts', result.attempts.map(({ word }) => word).join(', ')]);
  if (result.chance !== undefined) rows.push(['depends on chance', seedsText(result.chance)]);
  if (path !== undefined) rows.push(['files', path]);
  return html`<table>${rows.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>\n`)}</table>`;
}

function issueHtml(issue: Issue): Html {
  const place = [issue.host, issue.line === undefined ? issue.file : `${issue.file}:${issue.line}`, issue.command];
  const where = place.filter((part) => part !== undefined).join(', ');
  const excerpt = issue.excerpt?.split('\n').map(diffLine);
  return html`<p><b>${issue.kind}</b> ${issue.message} <span class="note">${where}</span></p>
${excerpt && html`<pre>${excerpt}</pre>`}
`;
}

function differenceHtml({ name, text }: ConsoleDifference): Html {
  const lines = text.split('\n');
  const left = lines.length - diffLinesShown;
  return html`<h2>Difference to ${name}</h2>
<pre>${lines.slice(0, diffLinesShown).map(diffLine)}</pre>
${left > 0 ? html`<p class="note">${left} more lines are in the file.</p>` : undefined}
`;
}

function diffLine(line: string): Html {
  if (line.startsWith('+')) return html`<ins>${line}</ins>\n`;
  if (line.startsWith('-')) return html`<del>${line}</del>\n`;
  return html`${line}\n`;
}

function consoleHtml({ host, commands, rest }: ConsoleTranscript): Html {
  const left = commands.length - commandsShown;
  return html`<h2>Console of ${host}</h2>
<pre>${commands.slice(0, commandsShown).map(commandHtml)}${outputHtml(rest)}</pre>
${left > 0 ? html`<p class="note">${left} more commands are in the file.</p>` : undefined}
`;
}

function commandHtml({ line, status, output }: ConsoleCommand): Html {
  const mark = status === undefined ? ' (did not end)' : status === 0 ? '' : ` (exit status ${status})`;
  return html`<b>${`# ${line}`}</b><span class="note">${mark}</span>\n${outputHtml(output)}`;
}

function outputHtml(output: Uint8Array): Html {
  const text = Buffer.from(output.subarray(0, outputShown)).toString('utf8');
  const cut = output.length > outputShown ? `\n(${output.length - outputShown} more bytes are in the file)\n` : '';
  return html`${text}<span class="note">${cut}</span>`;
}
