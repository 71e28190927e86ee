import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { labLimits } from '../../../src/model/topology.ts';

test('a lab holds as many hosts, links and interfaces as the guest has room for', () => {
  const header = readFileSync(join(projectDir, 'guest/agent/agent.h'), 'utf8');
  const most = (name: string): number => Number(new RegExp(`^\\tMAX_${name} = (\\d+),$`, 'm').exec(header)?.[1]);
  assert.deepEqual(labLimits, { hosts: most('HOSTS'), links: most('LINKS'), nics: most('NICS') });
});
