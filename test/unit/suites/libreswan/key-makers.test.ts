import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKeyMakers, hashOfInputs, scriptOf } from '../../../../src/suites/libreswan/provision/key-makers.ts';
import { makeTree } from './tree.ts';

test('a makefile beside the certificates says what makes them, with its own variables put in', () => {
  using tree = makeTree();
  tree.write(
    'x509/Makefile',
    'OUT ?= .\n\nall:\n\t@./bin/pki.sh $(OUT)\n\t./bin/own.sh $(OUT)/own $(HOME)\n\nclean:\n\trm -rf $(OUT)\n',
  );
  tree.write('x509/crl.sh', '');
  tree.write('dnssec/generate-dnssec.sh', '');
  const makers = findKeyMakers(tree.dir);
  assert.equal(makers.databases, false);
  assert.deepEqual(scriptOf(makers), [
    ['east', '( cd /testing/x509 && ./bin/pki.sh . )'],
    ['east', '( cd /testing/x509 && ./bin/own.sh ./own $(HOME) )'],
    ['west', '( cd /testing && ./dnssec/generate-dnssec.sh )'],
    ['east', 'tar cf /testing/made.tar -C /testing x509 dnssec'],
  ]);
});

test('without one the scripts run that there are, in the order in which they need each other', () => {
  using tree = makeTree();
  for (const file of ['crl.sh', 'generate.sh', 'dist_certs.py']) tree.write(`x509/${file}`, '');
  const makers = findKeyMakers(tree.dir);
  assert.equal(makers.databases, true);
  assert.deepEqual(scriptOf(makers), [
    ['east', 'bash /testing/x509/generate.sh /testing/x509'],
    ['west', '( cd /testing/x509 && python3 dist_certs.py )'],
    ['east', 'bash /testing/x509/crl.sh /testing/x509'],
    ['east', 'tar cf /testing/made.tar -C /testing x509'],
  ]);
});

test('keys follow from what makes them, and not from tests', () => {
  using tree = makeTree();
  tree.write('x509/generate.sh', 'one');
  const before = hashOfInputs(tree.dir);
  tree.write('pluto/hello/final.sh', ': another end\n');
  assert.equal(hashOfInputs(tree.dir), before);
  tree.write('x509/generate.sh', 'two');
  assert.notEqual(hashOfInputs(tree.dir), before);
});
