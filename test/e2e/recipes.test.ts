/** The recipes of docs/ci.md, as they stand there: the script, what forges call of it, and the hook. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { projectDir } from '../../src/base/folders.ts';
import { type CodeBlock, codeBlocks } from '../../tools/gate/docs/document.ts';
import { passing, reference, Sandbox, type TestFiles } from './sandbox.ts';

const text = readFileSync(join(projectDir, 'docs', 'ci.md'), 'utf8');
const blocks = codeBlocks({ path: 'docs/ci.md', text });

/** The one block in this language with such a line. */
function blockWith(language: string, mark: string | RegExp): string {
  const has = (line: string): boolean => (typeof mark === 'string' ? line === mark : mark.test(line));
  const found = blocks.filter((block) => block.language === language && block.lines.some(has));
  assert.equal(found.length, 1, `one ${language} block with ${mark}`);
  return `${(found[0] as CodeBlock).lines.join('\n')}\n`;
}

const broken: TestFiles = {
  'eastinit.sh': 'echo wrong\n',
  'east.console.txt': reference('east', ['echo wrong', 'right\n']),
};

/** A clone of Espalier, as far as recipes see it: a program that runs this one with labs that are not real. */
const program = `#!/bin/sh
command=$1
shift
exec ${process.execPath} ${join(projectDir, 'src', 'cli', 'main.ts')} "$command" --substrate fake "$@"
`;

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** A tree in libreswan's layout, with the script, as a forge checks it out. */
class Tree {
  readonly box: Sandbox;
  readonly bin: string;
  readonly #espalier: string;

  constructor(t: TestContext) {
    this.box = new Sandbox(t);
    this.#git('init', '-q', '-b', 'main');
    this.box.write('ci/ipsec.sh', blockWith('sh', /ipsec\.sh setup \| change BASE/));
    this.box.write('.gitignore', '/state\n/bin\n/program\n/home\n/summary\n/output\n');
    this.bin = join(this.box.dir, 'bin');
    this.box.write('bin/apt-get', '#!/bin/sh\necho "$*" >> "$APT_LOG"\n');
    chmodSync(join(this.bin, 'apt-get'), 0o755);
    mkdirSync(join(this.box.dir, 'home'));
    this.box.write('program/espalier', program);
    this.#espalier = join(this.box.dir, 'program');
    chmodSync(join(this.#espalier, 'espalier'), 0o755);
    for (const args of [
      ['init', '-q'],
      ['add', '-A'],
      ['commit', '-qm', 'one'],
    ])
      this.#gitIn(this.#espalier, args);
  }

  /** Commits these tests; returns the commit. */
  commit(tests: Readonly<Record<string, TestFiles>>): string {
    this.box.add(tests);
    this.#git('add', '-A');
    this.#git('commit', '-q', '--allow-empty', '-m', Object.keys(tests).join());
    return this.head();
  }

  head(): string {
    return this.#git('rev-parse', 'HEAD');
  }

  merge(branch: string): void {
    this.#git('merge', '-q', '--no-ff', '-m', 'merged', branch);
  }

  checkout(...args: readonly string[]): void {
    this.#git('checkout', '-q', ...args);
  }

  /** Runs shell as a forge does. */
  shell(script: string, more: NodeJS.ProcessEnv = {}): Ran {
    const { CI: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], {
      cwd: this.box.dir,
      encoding: 'utf8',
      env: {
        ...env,
        ...more,
        PATH: `${this.bin}:${process.env.PATH}`,
        HOME: join(this.box.dir, 'home'),
        XDG_STATE_HOME: join(this.box.dir, 'state'),
        APT_LOG: join(this.box.dir, 'output'),
        ESPALIER_GIT: `file://${this.#espalier}`,
        ESPALIER_TMP: '',
        GITHUB_STEP_SUMMARY: join(this.box.dir, 'summary'),
        GITHUB_OUTPUT: join(this.box.dir, 'output'),
      },
    });
    return { code: status, out: stdout + stderr };
  }

  /** Runs the scripts of a job in turn until one fails, then those that always run. Returns the job's end. */
  job({ always, scripts }: Job, env: NodeJS.ProcessEnv = {}): Ran {
    let ended: Ran = { code: 0, out: '' };
    for (const script of scripts) if (ended.code === 0) ended = this.shell(script, env);
    for (const script of always) assert.equal(this.shell(script, env).code, 0, script);
    return ended;
  }

  #git(...args: readonly string[]): string {
    return this.#gitIn(this.box.dir, args);
  }

  #gitIn(cwd: string, args: readonly string[]): string {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' };
    return execFileSync('git', [...who, ...args], { cwd, encoding: 'utf8', env }).trim();
  }
}

/** What a job runs. */
interface Job {
  readonly scripts: readonly string[];
  readonly always: readonly string[];
}

interface GithubStep {
  readonly run?: string;
  readonly uses?: string;
  readonly if?: string;
}

/** The only job of a workflow of GitHub. */
function github(name: string): Job {
  const workflow = parse(blockWith('yaml', `name: ${name}`)) as {
    jobs: Record<string, { steps: GithubStep[] }>;
  };
  const [job] = Object.values(workflow.jobs);
  const steps = job?.steps ?? [];
  for (const step of steps) assert.ok((step.run === undefined) !== (step.uses === undefined), JSON.stringify(step));
  const runs = (isAlways: boolean): string[] =>
    steps.flatMap(({ run, if: condition }) =>
      run !== undefined && (condition === 'always()') === isAlways ? [run] : [],
    );
  return { scripts: runs(false), always: runs(true) };
}

/** The only job of a file of GitLab. */
function gitlab(name: string): Job {
  const file = parse(blockWith('yaml', `${name}:`)) as Record<string, { before_script: string[]; script: string[] }>;
  const job = file[name];
  return { scripts: [[...(job?.before_script ?? []), ...(job?.script ?? [])].join('\n')], always: [] };
}

const passes = passing();
const github1 = (): Job => github('IPsec tests');

/** A job on a change to a tree in which `old` fails already. */
function changed(
  t: TestContext,
  tests: Readonly<Record<string, TestFiles>>,
  job: (base: string) => [Job, NodeJS.ProcessEnv],
) {
  const tree = new Tree(t);
  const base = tree.commit({ old: broken, good: passes });
  tree.checkout('-b', 'change');
  tree.commit(tests);
  tree.checkout('main');
  tree.merge('change');
  return { tree, ended: tree.job(...job(base)) };
}

for (const [forge, job] of Object.entries({
  GitHub: (): [Job, NodeJS.ProcessEnv] => [github('IPsec tests'), {}],
  GitLab: (base: string): [Job, NodeJS.ProcessEnv] => [gitlab('ipsec'), { CI_MERGE_REQUEST_DIFF_BASE_SHA: base }],
})) {
  test(`${forge}: a change is failed by what it breaks, and not by what was broken`, async (t) => {
    const bad = changed(t, { good: broken }, job);
    assert.equal(bad.ended.code, 1, bad.ended.out);
    const summary = bad.tree.box.read('.espalier/summary.md');
    assert.match(summary, /^## 1 of 2 tests not as expected, 1 newly failing\n/);
    assert.match(summary, /### Newly failing: 1\n\n.*libreswan&#58;good/);
    assert.match(summary, /### Failing as in the baseline: 1\n\n- minor <code>libreswan&#58;old/);
    assert.match(bad.tree.box.read('.espalier/junit.xml'), /tests="2" failures="1" errors="0"/);
    assert.match(bad.tree.box.read('output'), /^update -qq\ninstall -qq -y --no-install-recommends /);
    if (forge === 'GitHub') assert.equal(bad.tree.box.read('summary'), summary);
    const [report] = execFileSync('sh', ['-c', 'echo .espalier/runs/*/report'], {
      cwd: bad.tree.box.dir,
      encoding: 'utf8',
    })
      .trim()
      .split(' ')
      .slice(-1);
    assert.ok(existsSync(join(bad.tree.box.dir, report ?? '', 'index.html')));
  });
}

test('a base is made once for its commit, and one of which nothing is known is none', async (t) => {
  const { tree, ended } = changed(t, { more: passes }, () => [github1(), {}]);
  assert.equal(ended.code, 0, ended.out);
  const runs = () =>
    execFileSync('sh', ['-c', 'ls -d .espalier/runs/*_*'], { cwd: tree.box.dir, encoding: 'utf8' }).split('\n').length -
    1;
  assert.equal(runs(), 2);
  assert.equal(tree.job(github1()).code, 0);
  assert.equal(runs(), 3);
  rmSync(join(tree.box.dir, '.espalier', 'base'), { recursive: true });
  // A tree that cannot be read: nothing is known of the base, and the change is not green.
  assert.notEqual(tree.shell('mkdir -p .espalier/base; sh ci/ipsec.sh change 0123456789').code, 0);
  assert.equal(existsSync(join(tree.box.dir, '.espalier/base/0123456789.json')), false);
});

test('a night finds the commit of what fails newly, and the next night knows of it', async (t) => {
  const night = github('IPsec tests at night');
  const tree = new Tree(t);
  tree.commit({ a: passes, old: broken });
  // There is nothing to compare the first night with.
  assert.equal(tree.job(night).code, 1);
  for (const tests of [{ b: passes }, { a: broken }, { c: passes }]) tree.commit(tests);
  const guilty = tree.shell('git rev-parse HEAD~1').out.trim();
  const found = tree.job(night);
  assert.equal(found.code, 1, found.out);
  const summary = tree.box.read('.espalier/summary.md');
  assert.match(summary, /### Newly failing: 1\n/);
  assert.match(summary, new RegExp(`~~~\n(?:.*\n)*it fails since ${guilty}\n(?:.*\n)*bisect: exit code 0\n~~~\n$`));
  const next = tree.job(night);
  assert.equal(next.code, 0, next.out);
  assert.match(tree.box.read('.espalier/summary.md'), /### Failing as in the baseline: 2\n/);
});

test('GitLab: a second night with the same failures is as expected', async (t) => {
  const tree = new Tree(t);
  tree.commit({ a: passes, old: broken });
  assert.equal(tree.job(gitlab('ipsec-night')).code, 1);
  const second = tree.job(gitlab('ipsec-night'));
  assert.equal(second.code, 0, second.out);
});

test('the hook runs the tests that are named with what is pushed, and nothing where none are', async (t) => {
  const tree = new Tree(t);
  const good = tree.commit({ a: passes, b: broken });
  const bad = tree.commit({ a: broken });
  tree.box.write('.git/hooks/pre-push', blockWith('sh', /espalier\.test/));
  const env = {
    ESPALIER_RUNS: join(tree.box.dir, 'home', 'runs'),
    ESPALIER_CACHE: join(tree.box.dir, 'home', 'cache'),
  };
  const push = (commit: string): Ran => {
    const line = `refs/heads/main ${commit} refs/heads/main 0000`;
    return tree.shell(`PATH="$PWD/program:$PATH"; echo '${line}' | sh .git/hooks/pre-push`, env);
  };
  assert.equal(push(bad).code, 0);
  assert.equal(tree.shell('git config --add espalier.test libreswan:a').code, 0);
  const ended = push(good);
  assert.equal(ended.code, 0, ended.out);
  assert.equal(push(bad).code, 1);
  assert.equal(push('0'.repeat(40)).code, 0);
});

test('every YAML block is a job that is run here', () => {
  const names = blocks.filter(({ language }) => language === 'yaml').map(({ lines }) => lines[0]);
  assert.deepEqual(names, ['name: IPsec tests', 'ipsec:', 'name: IPsec tests at night', 'ipsec-night:']);
});
