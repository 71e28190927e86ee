import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sha256 } from '../base/files.ts';
import { recall, remember } from '../base/remembered.ts';
import { makeWorkFolder } from '../base/work-folder.ts';
import { type SanitizerScript, type Stage, type StageProblem, stagesOf } from './plan-stages.ts';
import { runStages, type Sanitized } from './run-stages.ts';

/** What a text is sanitized with. */
export interface SanitizeRequest {
  /** Names of sanitizers in order. */
  readonly names: readonly string[];
  /** Scripts by file name. */
  readonly scripts: ReadonlyMap<string, SanitizerScript>;
  readonly input: Uint8Array;
  /** Folder of results of earlier calls, by hash of all that goes in. */
  readonly cache?: string;
  /** CPU seconds that one process may use. */
  readonly cpuSeconds?: number;
}

/** Runs a suite's sanitizers over a text, or takes the result from the cache. Never throws for a sanitizer's fault. */
export async function sanitize(request: SanitizeRequest): Promise<Sanitized> {
  const { names, scripts, input, cache, cpuSeconds } = request;
  if (names.length === 0) return { problem: 'the suite names no sanitizers for this console' };
  const stages = stagesOf(names, (name) => scripts.get(name));
  if (isProblem(stages)) return stages;
  const entry = cache === undefined ? undefined : cacheEntry(cache, stages, input);
  const known = entry === undefined ? undefined : recall(entry);
  if (known !== undefined) return { output: known };
  using work = makeWorkFolder('sanitize');
  const result = await runStages(stages, input, { dir: work.path, ...(cpuSeconds !== undefined && { cpuSeconds }) });
  if (entry !== undefined && 'output' in result) remember(entry, result.output);
  return result;
}

function isProblem(stages: Stage[] | StageProblem): stages is StageProblem {
  return 'problem' in stages;
}

let tools: string | undefined;

/** Versions of the programs that run sanitizers; another program may give another text. */
function toolVersions(): string {
  tools ??= ['sed', 'gawk']
    .map((tool) => spawnSync(tool, ['--version'], { timeout: 60_000 }).stdout?.toString())
    .join('\n');
  return tools;
}

/** Many texts are sanitized by the same scripts. */
const hashes = new WeakMap<Uint8Array, string>();

function hashOf(content: Uint8Array): string {
  const hash = hashes.get(content) ?? sha256(content);
  hashes.set(content, hash);
  return hash;
}

function cacheEntry(cache: string, stages: readonly Stage[], input: Uint8Array): string {
  const scripts = stages.map(({ tool, scripts: list }) => [tool, ...list.map(({ content }) => hashOf(content))]);
  const key = sha256(JSON.stringify([2, toolVersions(), scripts, sha256(input)]));
  return join(cache, key.slice(0, 2), key);
}
