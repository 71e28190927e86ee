/** Runs one lab, described on standard input, behind the walls that the environment names; prints how it ended. */
import { mkdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { startLab } from '../../../src/lab/substrate/lifecycle.ts';
import { uml } from '../../../src/lab/substrate/uml/uml.ts';
import { versionOf } from '../../../src/supply/kernel/version.ts';
import { planOf } from '../../conformance/backends.ts';

const { attempt, kernel, image } = JSON.parse(await text(process.stdin));
mkdirSync(attempt);
const version = await versionOf(kernel);
await using lab = await startLab(uml, { dir: attempt, plan: planOf({ image }, []), kernel, seed: 1n, hold: false });
const { end, walls } = await lab.ended;
process.stdout.write(JSON.stringify({ version, end, walls }));
