import { EspalierError } from '../../base/errors.ts';
import { shellQuoted } from '../../base/text.ts';
import type { SuiteIdentity } from '../../model/attempt.ts';
import type { LabPlan, ScenarioEntry } from '../../model/scenario.ts';
import type { LabImage, LoadedScenario, Suite } from '../../model/suite.ts';
import type { Topology } from '../../model/topology.ts';
import type { SuiteFiles } from '../suite-files.ts';
import { clockOf } from './clocks.ts';
import type { Program } from './judge.ts';
import { type HelperFailure, lackingHelper } from './make-errors.ts';
import { deviceLines, needsFirstNetwork } from './needs.ts';
import { interpreterOf, programsOf, type TestProgram, textOf, wantedOptions } from './programs.ts';

/** What the labs of this suite are made from; asked for when the first test is loaded. */
export interface KernelInputs {
  readonly image: LabImage;
  /** Image file with the tests and their helpers. */
  readonly layer: string;
  readonly failures: readonly HelperFailure[];
  /** Options that the kernel under test has; `undefined`: it does not say. */
  readonly options: ReadonlySet<string> | undefined;
  /** Lines of the kernel's `modules.builtin`; none: it is not known what it has built in. */
  readonly builtIn: readonly string[];
  readonly identity: SuiteIdentity;
  readonly version: string;
}

export interface KernelOptions {
  readonly name: string;
  /** The tree. */
  readonly files: SuiteFiles;
  /** Helpers that did not compile when they were last built; empty where they never were. */
  readonly known: readonly HelperFailure[];
  readonly inputs: () => Promise<KernelInputs>;
}

/** A test as it is loaded. */
export interface KernelScenario extends LoadedScenario {
  readonly format: 'kernel';
  readonly judging: LoadedScenario['judging'] & { readonly program: Omit<Program, 'host' | 'command'> };
}

/** The one host; tests make namespaces of their own in it. */
export const host = 'box';
const topology: Topology = { hosts: [{ name: host, nics: [], routes: [], sysctls: [] }], links: [{ name: 'lan' }] };

const second = 1_000_000_000n;
/** For a program without a limit of its own, and beside the limit of the others, s. */
const deadline = { unlimited: 7200, beside: 60 } as const;

/** Guest memory, MiB: some tests fill a conntrack table or a bridge's. */
const memory = 1024;

/**
 * CPU time without progress, ms. Scripts start thousands of programs and print nothing meanwhile: net/xfrm_policy.sh needs more than a minute
 * on a kernel without User Mode Linux's seccomp mode.
 */
const spinCpuMs = 300_000;

/** Opens the selftests of a kernel tree. */
export function openKernel({ name: suite, files, known, inputs }: KernelOptions): Suite<KernelScenario> {
  const programs = programsOf(files);
  const entryOf = (program: TestProgram, failures: readonly HelperFailure[]): ScenarioEntry => {
    const lacking = lackingHelper({ ...program, text: textOf(files, program) }, failures);
    const unsupported = lacking && `its helper ${lacking.helper} does not compile: ${lacking.why}`;
    return { suite, name: program.name, status: 'good', hosts: [host], ...(unsupported && { unsupported }) };
  };
  return {
    name: suite,
    list: async () => programs.map((program) => entryOf(program, known)),
    load: async (name) => {
      const program = programs.find((one) => one.name === name);
      if (program === undefined)
        throw new EspalierError('scenario', `there is no selftest ${name}`, { file: files.dir });
      return load(entryOf(program, []), { program, files, inputs: await inputs() });
    },
  };
}

interface Loading {
  readonly program: TestProgram;
  readonly files: SuiteFiles;
  readonly inputs: KernelInputs;
}

function load(entry: ScenarioEntry, { program, files, inputs }: Loading): KernelScenario {
  const text = textOf(files, program);
  const { image, layer, failures, options, builtIn, identity, version } = inputs;
  const lacking = lackingHelper({ ...program, text }, failures);
  const missing =
    options === undefined ? [] : wantedOptions(files, program.folder).filter((name) => !options.has(name));
  const { clock, why } = clockOf(text);
  return {
    format: 'kernel',
    entry,
    ...(why !== undefined && { description: `Its clock is \`${clock}\`: ${why}.` }),
    plan: {
      ...planOf(program, {
        image: image.path,
        line: lacking ? undefined : commandOf(program, interpreterOf(files, program)),
      }),
      ...(builtIn.length > 0 && moduleFile(builtIn)),
      shellSetup: [debugFolder, ...deviceLines(text), ...(builtIn.length > 0 ? moduleLines : [])],
      overlays: { '*': [layer] },
      ...(clock !== 'infinite' && { clock }),
      ...(needsFirstNetwork(text) && { firstNetwork: host }),
    },
    images: { [host]: { id: image.id, sha256: image.sha256 } },
    suite: identity,
    versions: { ...image.versions, linux: version },
    flavour: 'selftests',
    judging: {
      program: {
        file: program.name,
        timeout: program.timeout,
        missingOptions: missing,
        ...(lacking && { lacks: { helper: lacking.helper, why: lacking.why } }),
      },
    },
  };
}

interface Planned {
  readonly image: string;
  readonly line: string | undefined;
}

/** One command. A program that cannot run has a lab in which nothing is typed. */
function planOf(program: TestProgram, { image, line }: Planned): LabPlan {
  const most = program.timeout === 0 ? deadline.unlimited : program.timeout + deadline.beside;
  return {
    topology,
    images: { [host]: image },
    sharedTrees: [],
    files: [],
    cwd: `/opt/kselftests/${program.folder}`,
    shellSetup: [],
    steps: line === undefined ? [] : [{ kind: 'command', host, line, origin: { file: program.name, line: 0 } }],
    timing: {
      start: BigInt(Date.UTC(2026, 5, 15, 12)) * 1_000_000n,
      warmup: 60n * second,
      gap: second / 10n,
      deadline: BigInt(most) * second,
    },
    collect: [],
    fallbackTunnels: true,
    memory,
    spinCpuMs,
  };
}

const builtInList = '/opt/modules.builtin';

/** As systemd mounts it: tests steer netdevsim through it. A kernel of the user's may lack it. */
const debugFolder = 'mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null';

/** With an index of what is built in, `modprobe` of it succeeds, as on a kernel with modules. */
function moduleFile(builtIn: readonly string[]): Pick<LabPlan, 'files'> {
  return { files: [{ host, path: builtInList, mode: 0o644, content: Buffer.from(`${builtIn.join('\n')}\n`) }] };
}

const moduleFolder = '/lib/modules/$(uname -r)';

/** depmod warns into the output of the test where one of the last two files is missing. */
const moduleLines = [
  `mkdir -p ${moduleFolder}; cp ${builtInList} ${moduleFolder}/modules.builtin; : >${moduleFolder}/modules.order`,
  `: >${moduleFolder}/modules.builtin.modinfo; depmod`,
];

/**
 * As kselftest's runner calls it, but for the prefix of lines: output through a pipe, by lines, nothing to read. What it leaves behind does
 * not hold the pipe's reader, so a daemon of a test is no reason to wait.
 */
function commandOf({ file, timeout }: TestProgram, interpreter: string | undefined): string {
  const limit = timeout === 0 ? '' : `timeout -k 5 ${timeout} `;
  const start = interpreter === undefined ? '' : `${interpreter} `;
  return `${limit}stdbuf --output=L ${start}./${shellQuoted(file)} </dev/null > >(cat) 2>&1`;
}
