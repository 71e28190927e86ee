/** What the guides for people of other harnesses name exists: commands, options, files, and all that these people type today. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { projectDir } from '../../../src/base/folders.ts';
import { commandLine } from '../../../src/cli/program.ts';
import { reporterNames } from '../../../src/report/all.ts';
import { commandProblems } from '../../../tools/gate/docs/commands.ts';
import { codeSpans, type Document, proseLines } from '../../../tools/gate/docs/document.ts';

function guide(name: string): Document {
  const path = `docs/${name}.md`;
  return { path, text: readFileSync(join(projectDir, path), 'utf8') };
}

function optionsOf(command: Command): string[] {
  const own = command.options.flatMap(({ long, short }) => [long, short].filter((name) => typeof name === 'string'));
  return [...own, ...command.commands.flatMap(optionsOf)];
}

/** Code in the last column of tables, and in the prose beside them: what is said of Espalier. */
function ours(document: Document): string[] {
  const lines = proseLines(document).map((line) => line.replace(/^\|.*?(?<!\\)\|(?=[^|]*\|$|(?:[^|]|\\\|)*\|$)/, ''));
  return codeSpans({ ...document, text: lines.join('\n') }).map(({ code }) => code);
}

for (const name of ['from-kvm', 'from-do-tests', 'ci']) {
  test(`${name}: every command line and every option that is named exists`, () => {
    const document = guide(name);
    assert.deepEqual(commandProblems([document]), []);
    const known = new Set(optionsOf(commandLine()));
    const named = ours(document).flatMap((code) => /^(-{1,2}[a-z][a-z-]*)/.exec(code)?.[1] ?? []);
    assert.ok(named.length > 2, `${named.length} options are named`);
    assert.deepEqual(
      named.filter((option) => !known.has(option)),
      [],
    );
    const reporters = [...document.text.matchAll(/--reporter "?([^\s"`]+)/g)].flatMap(([, value = '']) =>
      value.split(','),
    );
    assert.deepEqual(
      reporters
        .map((one) => one.replace(/=.*/, ''))
        .filter((one) => !reporterNames.includes(one) && !one.startsWith('$')),
      [],
    );
  });
}

/** Operations and modifiers of `./kvm`, at 0c4e3ecc. */
const kvm = `modified install check clean-check diffs results failed passed unresolved recheck uninstall clean keys clean-keys boot
patch add status kill nohup gateway base upgrade transmogrify build all shutdown downgrade purge demolish restart sh config nsinstall
nsreinstall nsrun test retest -n --dry-run -pm --post-mortem`;
const kvmFiles =
  'RESULT result.json HOST.console.verbose.txt HOST.console.txt HOST.console.diff HOST.pluto.log debug.log BACKUP/';
/** Scripts and options of strongSwan's `testing/`, at 3b902ea. */
const doTests = `make-testing start-testing stop-testing build-baseimage build-rootimage build-guestimages build-guestkernel build-certs
build-strongswan load-testconfig restore-defaults -v --verbose -t --timestamps -i --pre -e --post -n --no-leaks`;
const doTestsFiles = `console.log index.html all.html HOST.daemon.log HOST.auth.log HOST.tcpdump.log HOST.swanctl.sas HOST.swanctl.conns
HOST.statusall HOST.listall HOST.ip.state HOST.ip.policy HOST.ip.route HOST.iptables HOST.iptables-save HOST.swanctl.conf
HOST.strongswan.conf HOST.ipsec.conf HOST.ipsec.secrets HOST.ipsec.sql HOST.radius.log`;

for (const [name, words] of Object.entries({
  'from-kvm': `${kvm} ${kvmFiles}`,
  'from-do-tests': `${doTests} ${doTestsFiles}`,
})) {
  test(`${name}: every command, option and result file of today has a line`, () => {
    const spans = codeSpans(guide(name)).map(({ code }) => code);
    const told = new Set(spans.flatMap((code) => code.split(/[ ,/](?!$)/)));
    assert.deepEqual(
      words.split(/\s+/).filter((word) => !told.has(word)),
      [],
    );
  });
}
