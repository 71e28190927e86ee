import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from '../../../../base/errors.ts';
import { daemonPorts } from '../../../../judge/oracles/in-clear.ts';
import { type ClearTest, clearTest, filterText } from '../../../../judge/oracles/sent-in-clear.ts';
import type { Origin } from '../../../../model/scenario.ts';
import { isCopy } from '../../../copies.ts';
import type { ClearFilter, TranscriptOptions } from '../../api/matchers.ts';
import { fileOf } from '../../api/origin.ts';
import type { Look } from '../check-book.ts';
import { clearPackets } from '../clear-packets.ts';
import { transcriptsNamed } from '../transcripts-named.ts';
import type { Condition, MatcherInputs } from './looking.ts';

/** `toHaveSentInClear`. */
export function clearCondition(inputs: MatcherInputs, filter: ClearFilter): Condition {
  const look = async (origin: Origin): Promise<Look> => sentInClear(inputs, clearTestAt(filter, origin), filter);
  return { matcher: 'toHaveSentInClear', expected: filterText(filter), look, wait: 'immediate' };
}

/** The parsed filter. Raises `scenario` for a text that is not an address or a network. */
function clearTestAt(filter: ClearFilter, origin: Origin): ClearTest {
  try {
    return clearTest(filter);
  } catch (cause) {
    if (!(cause instanceof EspalierError)) throw cause;
    throw new EspalierError('scenario', cause.message, { ...origin, cause });
  }
}

function sentInClear({ host, stepper, links }: MatcherInputs, test: ClearTest, { link }: ClearFilter): Look {
  const found = clearPackets(stepper.dir, {
    macs: new Set(host.topology.nics.map(({ mac }) => mac.toLowerCase())),
    links: link === undefined ? links : [link],
    test,
    ports: daemonPorts(stepper.everySa()),
  });
  const [first] = found;
  if (first === undefined) return { holds: false, received: 'no packet in clear' };
  const place = `links/${first.link}.pcapng, packet ${first.number}`;
  return {
    holds: true,
    received: `${found.length === 1 ? '1 packet' : `${found.length} packets, the first`}: ${first.text} (${place})`,
  };
}

/** `toMatchTranscript`. */
export function transcriptCondition(
  { host }: MatcherInputs,
  file: string,
  { replace = [] }: TranscriptOptions,
): Condition {
  const look = async (origin: Origin): Promise<Look> => {
    const path = transcriptPath(origin, file);
    const received = replace.reduce((text, [pattern, by]) => text.replaceAll(globally(pattern), by), host.console());
    const expected = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    const holds = expected === received;
    const words = expected === undefined ? 'there is no such file yet' : holds ? 'the same' : 'another transcript';
    return { holds, received: words, golden: { file, received, ...(expected !== undefined && { expected }) } };
  };
  return { matcher: 'toMatchTranscript', expected: `the transcript of ${file}`, look, wait: 'immediate' };
}

/** Raises `scenario` on a worker of a farm for a file that did not come: whether there is one cannot be said there. */
function transcriptPath(origin: Origin, file: string): string {
  const source = fileOf(origin);
  const path = join(dirname(source), file);
  if (!isCopy(source) || existsSync(path) || transcriptsNamed(readFileSync(source, 'utf8')).includes(file)) return path;
  throw new EspalierError('scenario', `the transcript ${file} was not sent to the farm`, {
    ...origin,
    remedy: "write its name where it is used: toMatchTranscript('NAME')",
  });
}

function globally(pattern: RegExp): RegExp {
  return pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
}
