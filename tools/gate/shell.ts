import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../../src/base/folders.ts';
import { type Found, found, missing } from './step.ts';

const places = [
  ...['espalier', '.ci/run', 'test/**/*.sh', 'src/**/*.sh'],
  ...[
    'src/suites/*/guest/*',
    'scenarios/*/guestbin/*',
    'container/*',
    'guest/system/*.sh',
    'guest/system/files/etc/{start,stop}',
  ],
];

/**
 * Files → what shellcheck says of them that is meant so. Not written into the scripts: their bytes are part of what a lab is
 * made from, and a lab with other bytes gives others.
 */
const meant: Readonly<Record<string, readonly string[]>> = {
  'src/suites/libreswan/guest/strongswan': ['SC2115 (names come from the list in the line above)'],
  'src/suites/strongswan/guest/remote-shell': ['SC2086 (an exit status has no blanks)'],
  'src/supply/image/build-source.sh': ['SC2086 (a list of words)'],
  'src/supply/image/lab-init.sh': ["SC2016 (Perl's variables)"],
  'scenarios/examples/guestbin/post-mortem.sh': ['SC2034 (a loop counts)'],
  'scenarios/examples/guestbin/start-pluto': ['SC2034 (a loop counts)'],
};

/** The shell that a file is for: by its first line, or by where it is read into another one. */
function dialectOf(path: string): string | undefined {
  const [first = ''] = readFileSync(join(projectDir, path), 'utf8').split('\n', 1);
  if (path.endsWith('/remote-shell')) return 'bash';
  return /^#!.*\b(sh|dash|bash)\b/.exec(first)?.[1];
}

/** shellcheck has nothing to say about the repository's shell files. */
export function shellProblems(): Found {
  const absent = missing('shellcheck');
  if (absent !== undefined) return absent;
  const problems: string[] = [];
  const files = globSync(places, { cwd: projectDir, exclude: (path) => path.endsWith('.conf') }).sort();
  for (const path of files) {
    const dialect = dialectOf(path);
    if (dialect === undefined) continue;
    const excluded = (meant[path] ?? []).map((one) => `--exclude=${one.split(' ')[0]}`);
    const options = ['--format=gcc', `--shell=${dialect}`, ...excluded];
    const { status, stdout, stderr } = spawnSync('shellcheck', [...options, path], {
      cwd: projectDir,
      encoding: 'utf8',
    });
    if (status !== 0) problems.push(`${stdout}${stderr}`.trimEnd());
  }
  const stale = Object.keys(meant).filter((path) => !files.includes(path));
  return found([...problems, ...stale.map((path) => `tools/gate/shell.ts: ${path} is not there`)]);
}
