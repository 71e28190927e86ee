import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostSystems } from '../../../src/dialogue/systems/all.ts';
import { settings } from '../../../src/dialogue/systems/profile.ts';
import { login } from './players/login.ts';
import { drive } from './players/player.ts';

const shells: Readonly<Record<string, string>> = {
  debian: 'exec sh',
  openbsd: 'unset ENV VISUAL EDITOR; exec sh +o emacs',
  freebsd: 'exec env -u ENV sh +E +V',
  netbsd: 'unset ENV; exec sh +E +V',
};

for (const { name, host } of hostSystems.filter((one) => one.firmware === undefined)) {
  test(`root logs in on a host of ${name} and gets a shell that edits no lines`, () => {
    const done: string[] = [];
    const { transcript } = drive({ dialogue: host.login, settings }, login(settings.password, done));
    assert.deepEqual(done.filter(Boolean), [shells[name]]);
    assert.match(transcript, /\(prompt of a plain shell\)/);
  });

  test(`a host of ${name} whose root has another password ends at the password`, () => {
    const { outcome } = drive({ dialogue: host.login, settings }, login('other', []));
    assert.deepEqual([outcome?.ok, outcome?.ok === false && outcome.step], [false, 'shell']);
  });
}
