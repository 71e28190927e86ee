import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sampleUpstream } from '../../../../src/suites/libreswan/upstream-check.ts';
import { makeTree } from './tree.ts';

test('the suite’s own sanitizer is compared with what was derived and with the reference', async () => {
  using tree = makeTree();
  // A stand-in for the suite's script: it gets the console and the test's folder.
  tree.write(
    'utils/sanitizer.sh',
    '#!/bin/sh\ncase $1 in *west*) echo no >&2 ;; esac\ntest -d "$2" && tr a-z A-Z <"$1"\n',
  );
  chmodSync(join(tree.dir, 'utils/sanitizer.sh'), 0o755);
  tree.write('attempt/attempt.json', '{"name":"hello"}');
  tree.write('attempt/derived/east.console.verbose.txt', 'abc\n');
  tree.write('attempt/derived/east.console.txt', 'ABC\n');
  tree.write('attempt/derived/west.console.verbose.txt', 'abc\n');
  tree.write('pluto/hello/west.console.txt', 'ABC\n');
  assert.deepEqual(await sampleUpstream(join(tree.dir, 'attempt'), tree.dir), [
    { host: 'east', agrees: true, matches: false },
    { host: 'west', agrees: false, matches: true, problem: 'exit status 0: no' },
  ]);
});
