import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { suite, test } from 'node:test';
import { passing } from '../sandbox.ts';
import { noPostgres } from './cluster.ts';
import { fakePostgres } from './fake-postgres.ts';
import { fieldsOfFile } from './field.ts';

const startFarm = fieldsOfFile();

suite('what a farm refuses', { concurrency: 3 }, () => {
  test('what is wrong with a database, an address or a token is one message', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    field.box.add({ one: passing() });
    const { cluster, address, tokens } = field;
    const start = (url: string) => field.espalier(['farm', 'start', '--port', '0', '--database', url]);
    const run = (farm: string, token: string) =>
      field.espalier(['run', '--substrate', 'fake', '--suite', 'testing'], {
        ESPALIER_FARM: farm,
        ESPALIER_FARM_TOKEN: token,
      });
    const old = await fakePostgres(t, () => ({ value: '140011' }));
    const full = await fakePostgres(t, (query) => {
      if (query.startsWith('show')) return { value: '150000' };
      return { code: '53100', message: 'could not extend file: No space left on device' };
    });
    const cases: readonly [what: string, ended: ReturnType<typeof start>, code: number, message: RegExp][] = [
      [
        'no database address',
        start('mysql://x'),
        3,
        /--database: is not the address of a PostgreSQL database\n {2}-> /,
      ],
      ['no server', start(field.url().replace(/:\d+\//, ':1/')), 2, /cannot be used \(127\.0\.0\.1:1, .*ECONNREFUSED/],
      ['wrong password', start(field.url({ secret: 'wrong' })), 2, /password authentication failed/],
      ['no database', start(cluster.url({ database: 'none' })), 2, /database "none" does not exist\n {2}-> create/],
      ['a server that is too old', start(old), 2, /^PostgreSQL 14 is too old for a farm .*\n {2}-> use PostgreSQL 15/m],
      ['no space', start(full), 2, /database cannot be used .*No space left on device\n {2}-> make room/],
      ['no address', run('farm', tokens.driver), 3, /--farm: is not the address of a farm\n {2}-> /],
      [
        'no encryption',
        run('http://192.0.2.1:7', tokens.driver),
        3,
        /http:\/\/192\.0\.2\.1:7 is not encrypted\n {2}-> /,
      ],
      ['no token', run(address, ''), 3, /no token for http:/],
      ['wrong token', run(address, 'd_guessed-guessed'), 2, /does not know this token\n {2}-> /],
      ['token of the other kind', run(address, tokens.worker), 2, /is one of a worker, not of a driver\n {2}-> /],
      ['nobody there', run('http://127.0.0.1:1', tokens.driver), 2, /cannot be reached: .*ECONNREFUSED.*\n {2}-> /],
      ['what is no farm', run(`http://127.0.0.1:${cluster.port}`, tokens.driver), 2, /cannot be reached/],
      ['no loopback', field.espalier(['farm', 'start', '--plain', '--host', '0.0.0.0']), 3, /only loopback is served/],
      ['detached from nothing', field.espalier(['run', '--detach']), 3, /--detach: no farm is named/],
    ];
    for (const [what, ended, code, message] of cases) {
      const { code: found, stderr } = await ended;
      assert.match(stderr, message, what);
      assert.equal(found, code, what);
      assert.doesNotMatch(stderr, /farm-secret|guessed-guessed|\n {4}at /, what);
    }
  });

  test('credentials in an address do not reach the run folder', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    field.box.add({ one: passing() });
    field.worker();
    const { tokens, box } = field;
    const farm = field.address.replace('//', `//${tokens.driver}@`);
    const { code, stderr, stdout } = await field.espalier([
      'run',
      '--substrate',
      'fake',
      '--suite',
      'testing',
      '--farm',
      farm,
    ]);
    assert.equal(code, 0, stderr);
    const [id = ''] = box.runs();
    assert.deepEqual((box.readJson(`espalier-runs/${id}/run.json`) as { command: string[] }).command.slice(-2), [
      '--farm',
      field.address,
    ]);
    assert.ok(!(stdout + stderr).includes(tokens.driver));
  });

  test('a farm of a newer Espalier is refused by name', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const psql = await field.sql("update espalier_farm.version set version = 99, espalier = '9.9.9'");
    assert.deepEqual(psql, []);
    const { code, stderr } = await field.espalier(['farm', 'start', '--port', '0']);
    assert.match(stderr, /holds a farm of Espalier 9\.9\.9 \(tables of version 99\)/);
    assert.equal(code, 2);
  });

  test('a farm with a certificate of its own is known by the hash in its address', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const farm = field.spawn(['farm', 'start', '--port', '0']);
    const [, address = '', hash = ''] = await farm.says(/^farm: (https:\S+#sha256=([0-9a-f]{64}))$/m);
    const status = (url: string) =>
      field.espalier(['farm', 'status', '--farm', url], { ESPALIER_FARM_TOKEN: field.tokens.driver });
    const known = await status(address);
    assert.equal(known.code, 0, known.stderr);
    assert.match(known.stdout, /^no workers$/m);
    const other = await status(address.replace(hash, 'f'.repeat(64)));
    assert.match(other.stderr, new RegExp(`has the fingerprint ${hash}, not the one in its address`));
    assert.equal(other.code, 2);
    const everywhere = field.spawn(['farm', 'start', '--port', '0', '--host', '0.0.0.0']);
    const [, host] = await everywhere.says(/^farm: https:\/\/(\S+):\d+#/m);
    assert.equal(host, hostname(), 'nobody can connect to 0.0.0.0 from elsewhere');
    const unknown = await status(address.replace(/#.*/, ''));
    assert.match(unknown.stderr, /cannot be reached: .*self.signed/i);
    assert.equal(unknown.code, 2);
  });
});
