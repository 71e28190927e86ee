import { interruption } from '../base/interruption.ts';
import type { AttemptSettings } from '../lab/attempt.ts';
import type { Suite } from '../model/suite.ts';
import { Reporters } from '../report/reporter.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { LocalExecutor } from './local/executor.ts';
import { runSession, type SessionEnd } from './session.ts';

/** Runs what stands in a locked folder one after the other on this machine and tells nobody about the course. */
export async function runAlone(
  folder: RunFolder,
  suites: ReadonlyMap<string, Suite>,
  settings: AttemptSettings,
): Promise<SessionEnd> {
  using executor = new LocalExecutor({ folder, suites, settings, slots: 1 });
  const reporters = new Reporters(new Map());
  return await runSession({ folder, executor, judges: 1, durations: new Map(), reporters, signal: interruption() });
}
