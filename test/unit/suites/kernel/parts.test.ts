import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { clockOf } from '../../../../src/suites/kernel/clocks.ts';
import { type KernelInputs, openKernel } from '../../../../src/suites/kernel/kernel.ts';
import { helperFailures, lackingHelper } from '../../../../src/suites/kernel/make-errors.ts';
import { makeVariables } from '../../../../src/suites/kernel/makefile.ts';
import { deviceLines, needsFirstNetwork } from '../../../../src/suites/kernel/needs.ts';
import { helpersOf } from '../../../../src/suites/kernel/programs.ts';
import { timeoutOf } from '../../../../src/suites/kernel/settings.ts';
import { SuiteFiles } from '../../../../src/suites/suite-files.ts';

test('variables of a Makefile: lines that go on, comments, additions, and nothing that make would compute', () => {
  const text = [
    'CFLAGS += -O2',
    'TEST_PROGS := \\',
    '\ta.sh \\',
    '\tb.py \\',
    '# end of TEST_PROGS',
    'TEST_GEN_FILES = x $(patsubst %,$(OUTPUT)/%,z) # y',
    'TEST_GEN_FILES += w',
    'ifeq (1,2)',
    '\tTEST_PROGS := indented',
  ].join('\n');
  const variables = makeVariables(text);
  assert.deepEqual(variables.get('TEST_PROGS'), ['a.sh', 'b.py']);
  assert.deepEqual(variables.get('TEST_GEN_FILES'), ['x', 'w']);
});

test("a folder's settings give the limit; kselftest's own where they say nothing", () => {
  assert.deepEqual([undefined, 'timeout=0\n', '# timeout=9\ntimeout=1800', 'nice=3'].map(timeoutOf), [45, 0, 1800, 45]);
});

test('a program that waits in a busy loop or measures CPU gets the clock of the CPU', () => {
  assert.equal(clockOf('busywait 1000 true').clock, 'cpu');
  for (const text of [
    'start=$(date +%s%N)',
    'start=$(date +%s%3N)',
    'while [ $(date +%s) -lt $end ]',
    'date -u +%s%3N',
    'while true; do list; done &',
    'while :\ndo list; done &',
    'iperf3 -c 192.0.2.1',
    'netperf -t TCP_STREAM',
    './udpgso_bench_tx -t -l 2',
    'start_tcp_traffic $h1',
    'run_cmd ping -q -M want -i 0.1 -w 1 -s 4500 192.0.2.1',
    'jq \'.[] | select(has("forced_gc_runs"))\'',
  ])
    assert.equal(clockOf(text).clock, 'cpu', text);
  for (const text of ['date +%F', 'while read -r line; do echo; done', '# while true prose', 'nuttcp6'])
    assert.equal(clockOf(text).clock, 'infinite', text);
  assert.deepEqual(clockOf('slowwait 5 true; sleep 1'), { clock: 'infinite' });
});

test('a program that writes what only the first network namespace has gets it', () => {
  for (const text of [
    'printf 0 > /proc/sys/net/core/message_cost',
    'sysctl -qw "net.core.$sc=300000"',
    '# check this only works from init_net',
    'timeout 5 dwdump -o sw -w packets.pcap',
    'ip ntable change name arp_cache thresh3 10',
    'sysctl_set net.ipv4.neigh.default.gc_thresh1 1024',
    '\tip netns add ns1\nsetup()\n{\n\tforwarding_enable\n}',
  ])
    assert.equal(needsFirstNetwork(text), true, text);
  for (const text of [
    'sysctl -qw net.core.txrehash=1',
    'net.core.optmem_max',
    'ip netns add init',
    '\tforwarding_enable',
  ])
    assert.equal(needsFirstNetwork(text), false, text);
});

test('a program that opens the file of a tap device has a /dev in which the kernel makes it', () => {
  assert.match(deviceLines('sprintf(buf, "/dev/tap%d", ifindex);').join(' '), /mount -t devtmpfs/);
  for (const text of ['/dev/null', 'open("/dev/net/tun", O_RDWR)', 'taprio'])
    assert.deepEqual(deviceLines(text), [], text);
});

const made = [
  '  CC       fine',
  '  CC       caps',
  'make[2]: *** [Makefile:9: inner.o] Error 1',
  'caps.c:20:10: fatal error: sys/capability.h: No such file or directory',
  '   20 | #include <sys/capability.h>',
  'compilation terminated.',
  'make: *** [../lib.mk:222: /source/tools/testing/selftests/net/caps] Error 1',
  'make: *** [bpf.mk:53: /source/tools/testing/selftests/net/drop.bpf.o] Error 127',
  "make: *** No rule to make target '/x/libynl.a', needed by '/source/tools/testing/selftests/net/tun'.",
  "make: Target 'all' not remade because of errors.",
];

test('what make could not build is told by program, with the line of the compiler', () => {
  assert.deepEqual(helperFailures(made, '/source/tools/testing/selftests'), [
    { folder: 'net', helper: 'caps', why: 'caps.c:20:10: fatal error: sys/capability.h: No such file or directory' },
    { folder: 'net', helper: 'drop.bpf.o', why: made[7] ?? '' },
    { folder: 'net', helper: 'tun', why: made[8] ?? '' },
  ]);
});

test('a test lacks a helper that is itself, that it calls by a path, or an object that it names; not a word of its prose', () => {
  const failures = helperFailures(made, '/source/tools/testing/selftests');
  const lacks = (file: string, text: string, folder = 'net') => lackingHelper({ file, folder, text }, failures)?.helper;
  assert.equal(lacks('caps', ''), 'caps');
  assert.equal(lacks('a.sh', './caps -v'), 'caps');
  assert.equal(lacks('a.sh', '"$(dirname $0)/caps"'), 'caps');
  assert.equal(lacks('a.sh', 'ip link set xdp obj drop.bpf.o'), 'drop.bpf.o');
  assert.equal(lacks('a.sh', 'ip link add tun0 type tun; echo caps; /bin/capsh'), undefined);
});

const tree = {
  'net/Makefile':
    'TEST_PROGS := good.sh gone.sh lacks.sh busy.sh\nTEST_PROGS_EXTENDED := slow.sh\nTEST_GEN_PROGS := caps\n' +
    'YNL_GEN_PROGS := tun\nTEST_GEN_PROGS += $(YNL_GEN_PROGS)\n',
  'net/settings': 'timeout=10\n',
  'net/config': 'CONFIG_XFRM_USER=y\nCONFIG_DUMMY=m\nCONFIG_NUMA=y\nCONFIG_TEST_BPF=m\n',
  'net/good.sh': '#!/bin/sh\n. ./lib.sh\necho PASS: a\n',
  'net/lacks.sh': '#!/bin/sh\n./caps\n',
  'net/busy.sh': '#!/bin/sh\n. ./busy_core.sh\n',
  'net/busy_core.sh': 'source lib.sh\nsource busy.sh\nbusywait 100 true\n',
  'net/lib.sh': './caps\nwhile true; do :; done\n',
  'net/slow.sh': '#!/bin/bash -e\n',
  'net/caps.c': 'int main(void) { return 0; }\n',
  'wireguard/netns.sh': '#!/bin/sh\n',
  'net/lib/Makefile': 'TEST_GEN_FILES := csum $(patsubst %.c,%.o,$(wildcard *.bpf.c))\n',
  'net/lib/drop.bpf.c': '',
};

function withTree(body: (files: SuiteFiles) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-selftests-'));
  for (const [path, text] of Object.entries(tree)) {
    const file = join(dir, 'tools/testing/selftests', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: path === 'net/slow.sh' ? 0o644 : 0o755 });
  }
  return body(new SuiteFiles(dir)).finally(() => rmSync(dir, { recursive: true, force: true }));
}

const inputs: KernelInputs = {
  image: { id: 'i', path: '/i', sha256: 'x', versions: {} },
  layer: '/layer',
  failures: [{ folder: 'net', helper: 'caps', why: 'no header' }],
  options: new Set(['CONFIG_DUMMY']),
  builtIn: ['kernel/drivers/net/dummy.ko'],
  identity: { id: 'linux', sha256: 'x' },
  version: 'linux 1',
};

test('the suite lists what the Makefiles list and the tree has; what cannot be compiled is unsupported', () =>
  withTree(async (files) => {
    const suite = openKernel({ name: 'kernel', files, known: inputs.failures, inputs: async () => inputs });
    const entries = await suite.list();
    assert.deepEqual(
      entries.map(({ name, unsupported }) => [name, unsupported]),
      [
        ['net/good.sh', undefined],
        ['net/lacks.sh', 'its helper caps does not compile: no header'],
        ['net/busy.sh', undefined],
        ['net/slow.sh', undefined],
        ['net/caps', 'its helper caps does not compile: no header'],
        ['net/tun', undefined],
        ['wireguard/netns.sh', undefined],
      ],
    );
  }));

test('helpers are compiled by their names; what is generated code or BPF is left, each with its reason', () =>
  withTree(async (files) => {
    const { targets, left } = helpersOf(files);
    assert.deepEqual(targets, ['net/caps', 'net/lib/csum']);
    assert.deepEqual(
      left.map(({ folder, helper, why }) => [folder, helper, why.includes('YNL'), why.includes('clang')]),
      [
        ['net', 'tun', true, false],
        ['net/lib', 'drop.bpf.o', false, true],
      ],
    );
  }));

test('a test is one command in its folder, with its limit, its clock and what the kernel lacks', () =>
  withTree(async (files) => {
    const suite = openKernel({ name: 'kernel', files, known: [], inputs: async () => inputs });
    const good = await suite.load('net/good.sh');
    assert.deepEqual(
      good.plan.steps.map(({ line }) => line),
      ["timeout -k 5 10 stdbuf --output=L ./'good.sh' </dev/null > >(cat) 2>&1"],
    );
    assert.equal(good.plan.timing.deadline, 70_000_000_000n);
    assert.deepEqual([good.plan.clock, good.flavour], [undefined, 'selftests']);
    assert.deepEqual([good.plan.firstNetwork, good.plan.spinCpuMs], [undefined, 300_000]);
    assert.deepEqual(good.judging.program.missingOptions, ['CONFIG_XFRM_USER']);
    assert.equal((await suite.load('net/busy.sh')).plan.clock, 'cpu');
    const { line } = (await suite.load('wireguard/netns.sh')).plan.steps[0] ?? {};
    assert.doesNotMatch(line ?? 'timeout', /timeout/, 'no Makefile, so no limit of kselftest');
    assert.deepEqual(
      (await suite.load('net/slow.sh')).plan.steps.map(({ line }) => line),
      ["timeout -k 5 10 stdbuf --output=L /bin/bash -e ./'slow.sh' </dev/null > >(cat) 2>&1"],
      'it may not be executed',
    );
    const lacks = await suite.load('net/lacks.sh');
    assert.deepEqual([lacks.plan.steps, lacks.judging.program.lacks], [[], { helper: 'caps', why: 'no header' }]);
    await assert.rejects(suite.load('net/gone.sh'), /no selftest net\/gone\.sh/);
  }));

test('hosts have an index of what the kernel has built in, where that is known', () =>
  withTree(async (files) => {
    const load = async (builtIn: readonly string[]) =>
      (
        await openKernel({ name: 'kernel', files, known: [], inputs: async () => ({ ...inputs, builtIn }) }).load(
          'net/good.sh',
        )
      ).plan;
    const known = await load(['kernel/drivers/net/dummy.ko', 'kernel/net/key/af_key.ko']);
    assert.deepEqual(
      known.files.map(({ path, content }) => [path, Buffer.from(content).toString()]),
      [['/opt/modules.builtin', 'kernel/drivers/net/dummy.ko\nkernel/net/key/af_key.ko\n']],
    );
    assert.match(known.shellSetup.join(), /^mount -t debugfs .*modules\.builtin;.*depmod$/);
    const unknown = await load([]);
    assert.deepEqual(unknown.files, []);
    assert.match(unknown.shellSetup.join(), /^mount -t debugfs [^,]*$/);
  }));
