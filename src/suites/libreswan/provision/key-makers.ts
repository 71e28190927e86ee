import { join, relative } from 'node:path';
import { sha256 } from '../../../base/files.ts';
import { SuiteFiles } from '../../suite-files.ts';
import { largestScript } from '../test-files.ts';

/** Host and command. `east` boots the libreswan image, `west` the one for certificates. */
export type KeyScript = readonly (readonly [host: string, line: string])[];

/** What a tree makes its certificates and zones by. */
export interface KeyMakers {
  /** Typed in order. */
  readonly certificates: KeyScript;
  /** The program that makes keys of zones and signs them, below `/testing`. */
  readonly zones?: string;
  /** Its swan-prep fills databases with certificates, which can be made once for all tests. */
  readonly databases: boolean;
}

/** Scripts that trees have had in `x509/`, in the order in which their drivers run them, with their arguments. */
const known: readonly (readonly [file: string, ...args: string[]])[] = [
  ['generate.sh', '/testing/x509'],
  ['dist_certs.py'],
  ['crl.sh', '/testing/x509'],
  ['selfsigned.sh', '/testing/x509/selfsigned'],
];

/** Where trees have had what signs zones. */
const signers = ['dnssec/generate-dnssec.sh', 'baseconfigs/all/etc/bind/generate-dnssec.sh'];

/** Looks at a `testing/` tree: its `x509/Makefile` says what is called, or else the scripts that it holds. */
export function findKeyMakers(testing: string): KeyMakers {
  const suite = new SuiteFiles(testing);
  const makefile = join(testing, 'x509', 'Makefile');
  const called = suite.isFile(makefile) ? recipeOf(suite.text(makefile, largestScript)) : [];
  const found = known.filter(([file]) => suite.isFile(join(testing, 'x509', file)));
  const zones = signers.find((file) => suite.isFile(join(testing, file)));
  return {
    certificates: called.length > 0 ? called.map((line) => ['east', inX509(line)] as const) : found.map(commandOf),
    ...(zones !== undefined && { zones }),
    databases: suite.isFile(join(testing, 'x509', 'generate.sh')),
  };
}

/** `bash`, since they expand braces, and their `sh` is bash where they were written. */
function commandOf([file, ...args]: (typeof known)[number]): readonly [string, string] {
  if (file.endsWith('.py')) return ['west', inX509(`python3 ${file}`)];
  return ['east', ['bash', `/testing/x509/${file}`, ...args].join(' ')];
}

function inX509(line: string): string {
  return `( cd /testing/x509 && ${line} )`;
}

/** Characters of a line of a makefile; people write up to some hundred, and variables are put into it. */
const longestLine = 1000;

/** The lines of the first rule of a makefile that has some, with its own variables put in. */
function recipeOf(makefile: string): string[] {
  const variables = new Map<string, string>();
  const lines: string[] = [];
  for (const line of makefile.split('\n')) {
    if (line.length > longestLine) continue;
    const [, name, value] = /^(\w+)[ \t]*[?:]?=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) variables.set(name, value.trim());
    if (line.startsWith('\t')) lines.push(line.trim().replace(/^[@-]+/, ''));
    else if (lines.length > 0) break;
  }
  const put = (line: string): string => line.replace(/\$[({](\w+)[)}]/g, (whole, name) => variables.get(name) ?? whole);
  return lines.map(put);
}

/** What the programs that are typed read of a tree: a changed test makes no new keys. */
const readFolders = ['baseconfigs', 'dnssec', 'guestbin', 'x509'];

/** A hash of all files that key material follows from. */
export function hashOfInputs(testing: string): string {
  const suite = new SuiteFiles(testing);
  const folders = readFolders.map((name) => join(testing, name)).filter((folder) => suite.isFolder(folder));
  const paths = folders.flatMap((folder) => suite.filesBelow(folder));
  return sha256(paths.map((path) => `${relative(testing, path)} ${sha256(suite.read(path))}`).join('\n'));
}

/** What is typed to make everything, and to pack it as `/testing/made.tar`. */
export function scriptOf({ certificates, zones }: KeyMakers): KeyScript {
  const sign = zones === undefined ? [] : [['west', `( cd /testing && ./${zones} )`] as const];
  const made = ['x509', ...(zones === undefined ? [] : [zones.replace(/\/[^/]*$/, '')])];
  return [...certificates, ...sign, ['east', `tar cf /testing/made.tar -C /testing ${made.join(' ')}`]];
}
