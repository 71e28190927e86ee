/**
 * `npm run fuzz:runs -- [--count N] [--seed N] [--jobs N] [--limit SECONDS] [--batch N] [--first BATCH]`: spoils stored runs by a seed (links, special
 * files, sizes, names, modes, JSON, archives) and visits each with every command. Fails where a planted file was read or changed, a
 * secret shown, a command crashed or took longer than the limit, memory went over 1 GiB, or an attempt that was left alone lost
 * its verdict.
 */
import { toolArguments } from '../../tools/arguments.ts';
import { fuzzRuns } from './fuzz.ts';

const { values } = toolArguments(import.meta.filename, {
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    limit: { type: 'string', default: '10' },
    batch: { type: 'string', default: '10' },
    first: { type: 'string', default: '0' },
  },
});

const numbers = {
  count: Number(values.count),
  jobs: Number(values.jobs),
  batch: Number(values.batch),
  first: Number(values.first),
};
const found = await fuzzRuns({ ...numbers, seed: values.seed, limitMs: 1000 * Number(values.limit), say: console.log });
console.log(
  `${found.runs} run folders, ${found.kept} attempts beside damaged ones, ${found.wentOn} commands went on, peak ${found.peakMiB} MiB, ${found.problems.length} problems`,
);
if (found.unwatched !== undefined)
  console.log(`places of the machine beside planted files were not watched: ${found.unwatched}`);
if (!found.seesReads) console.log('this file system notes no reads: that planted files stay unread was not checked');
process.exitCode = found.problems.length > 0 || found.runs < numbers.count ? 1 : 0;
