import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { projectDir } from '../../src/base/folders.ts';
import { Sandbox } from './sandbox.ts';

/** The part of the schema of CycloneDX 1.6 that is used, with nothing beside it (bom-1.6.schema.json: `additionalProperties` is false). */
const hashes = z.array(
  z.discriminatedUnion('alg', [
    z.strictObject({ alg: z.literal('SHA-256'), content: z.string().regex(/^[0-9a-f]{64}$/) }),
    z.strictObject({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }),
  ]),
);
const licenses = z.union([
  z.array(z.strictObject({ license: z.strictObject({ id: z.string().regex(/^[\w.+-]+$/) }) })),
  z.tuple([z.strictObject({ expression: z.string().min(3) })]),
]);
const component = z.strictObject({
  type: z.enum([
    'application',
    'framework',
    'library',
    'container',
    'platform',
    'operating-system',
    'device',
    'device-driver',
    'firmware',
    'file',
    'machine-learning-model',
    'data',
    'cryptographic-asset',
  ]),
  'bom-ref': z.string().min(1),
  name: z.string().min(1),
  version: z.string().max(1024),
  purl: z
    .string()
    .regex(/^pkg:(?:npm|deb|generic)\/[^\s@]+@[^\s@]+$/)
    .optional(),
  licenses: licenses.optional(),
  hashes: hashes.optional(),
  properties: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
});
const bom = z.strictObject({
  $schema: z.literal('http://cyclonedx.org/schema/bom-1.6.schema.json'),
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  version: z.int().min(1),
  metadata: z.strictObject({ component }),
  components: z.array(component),
});

test('the bill of materials has the form of CycloneDX 1.6 and names what is there', async (t) => {
  const box = new Sandbox(t);
  const { stdout, stderr, code } = await box.espalier('doctor', '--sbom');
  assert.equal(code, 0, stderr);
  const { components } = bom.parse(JSON.parse(stdout));
  const refs = components.map((one) => one['bom-ref']);
  assert.equal(new Set(refs).size, refs.length, 'each reference is unique');
  const { dependencies } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  for (const [name, version] of Object.entries(dependencies)) {
    const one = components.find((candidate) => candidate.name === name && candidate.version === version);
    assert.equal(one?.hashes?.[0]?.alg, 'SHA-512', name);
    assert.equal(one?.licenses?.length, 1, name);
  }
  const named = (name: string) => components.filter((one) => one.name === name);
  assert.equal(named('node')[0]?.version, process.versions.node);
  assert.match(named('libreswan')[0]?.purl ?? '', /^pkg:deb\/debian\/libreswan@/);
  assert.equal(components.filter(({ name }) => /^linux-source-/.test(name)).length, 1);
  assert.deepEqual(named('playwright-core'), [], 'what develops Espalier is no part of it');
  assert.equal((await box.espalier('doctor', '--sbom')).stdout, stdout, 'it is the same again');
});
