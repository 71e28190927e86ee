import { malformed } from '../../base/bytes.ts';
import { compare } from '../../base/text.ts';
import type { StoredScenario } from '../../model/stored-scenario.ts';
import type { Capture } from '../capture/capture.ts';
import { mostPackets, readCapture } from '../capture/reader.ts';
import type { FactEvidence, FaultedPackets, ProtectedPacket, SeenFrame, TypedCommand } from '../evidence.ts';
import { type ConsoleTranscript, consoles } from '../records/consoles.ts';
import { type RecordFile, readRecords } from '../records/reader.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import { withStacks } from '../stacks/with-stacks.ts';
import type { Moment } from '../tables/lives.ts';
import { latenessIn, readTimeline, type Timeline } from '../tables/timeline.ts';
import { faultedPackets, faultsIn, type TimedFault } from './faulted-packets.ts';
import { captureFile, captureProblem, framesOf } from './link-capture.ts';
import { type Loss, lossesIn } from './losses.ts';
import { protectedPacketsOf } from './protected-packets.ts';
import { stackFile, stackLogs } from './stack-logs.ts';

/** Gives the bytes of an attempt's files by their names below its folder. */
export interface AttemptFiles {
  /** `undefined`: there is no such file. Raises an EspalierError that names the file where it cannot be read. */
  read(name: string): Uint8Array | undefined;
  /** Names of all files there are. */
  names(): Iterable<string>;
}

/** Why a file does not hold all that the lab did. */
export interface FileDamage {
  readonly file: string;
  readonly message: string;
  /** A lab that did not end in order may leave its files so. */
  readonly cutShort: boolean;
}

/**
 * All that is known of an attempt from its files. Each file is read once and parsed once, when it is first asked for.
 * Getters raise what reading raises: an EspalierError, for a file or for a message of the kernel that cannot be understood.
 */
export class Attempt<Scenario extends StoredScenario = StoredScenario> {
  readonly #files: AttemptFiles;
  readonly #bytes = new Map<string, Uint8Array | undefined>();
  readonly #captures = new Map<string, Capture | undefined>();
  readonly #readScenario: () => Scenario;
  /** Of all captures that were read. */
  #packets = 0;
  #scenario: Scenario | undefined;
  #records: RecordFile | undefined;
  #consoles: readonly ConsoleTranscript[] | undefined;
  #timeline: Timeline | undefined;
  #commands: readonly TypedCommand[] | undefined;
  #end: Moment | undefined;
  #frames: readonly SeenFrame[] | undefined;
  #protectedPackets: readonly ProtectedPacket[] | undefined;
  #losses: readonly Loss[] | undefined;
  #faults: readonly TimedFault[] | undefined;
  #faulted: { readonly packets: FaultedPackets | undefined } | undefined;

  /** `readScenario`: what stands for `scenario.json`. Called once. */
  constructor(files: AttemptFiles, readScenario: () => Scenario) {
    this.#files = files;
    this.#readScenario = readScenario;
  }

  /** The bytes of a file by its name below the attempt's folder. */
  read(name: string): Uint8Array | undefined {
    if (!this.#bytes.has(name)) this.#bytes.set(name, this.#files.read(name));
    return this.#bytes.get(name);
  }

  /** Names of all files below the attempt's folder. */
  names(): Iterable<string> {
    return this.#files.names();
  }

  get scenario(): Scenario {
    this.#scenario ??= this.#readScenario();
    return this.#scenario;
  }

  /** What can be read of `records`; empty where the file is missing. */
  get records(): RecordFile {
    this.#records ??= readRecords(this.read('records') ?? new Uint8Array());
    return this.#records;
  }

  /** By host, in the order of the `hosts` frame. */
  get consoles(): readonly ConsoleTranscript[] {
    this.#consoles ??= consoles(this.records);
    return this.#consoles;
  }

  /** All hosts' tables, of kernels and of stacks in userspace. */
  get timeline(): Timeline {
    const { records, scenario } = this;
    this.#timeline ??= withStacks(
      readTimeline(records),
      stackLogs(scenario.stacks ?? [], records, (file) => this.read(file)),
      records.records,
    );
    return this.#timeline;
  }

  /** The scenario's commands in the order of time; not the post-mortem's. */
  get commands(): readonly TypedCommand[] {
    this.#commands ??= this.consoles
      .flatMap(({ host, commands }) => commands.map((command) => ({ host, ...command })))
      .flatMap(({ host, line, begin, end, step }) => {
        if (step === undefined) return [];
        const by = this.scenario.steps[step]?.by;
        return [{ host, line, begin, ...(end !== undefined && { end }), ...(by !== undefined && { by }) }];
      })
      .sort((a, b) => compare(a.begin, b.begin));
    return this.#commands;
  }

  /** Sequence number of the record at which the post-mortem began; infinite where there was none. */
  get postMortem(): number {
    return this.#examined()?.sequence ?? Number.POSITIVE_INFINITY;
  }

  /** Where what is judged ends: the post-mortem, or the last record. */
  get end(): Moment {
    this.#end ??= this.#readEnd();
    return this.#end;
  }

  #readEnd(): Moment {
    const last = this.#examined() ?? this.records.records.at(-1);
    return { time: last?.time ?? 0n, sequence: last?.sequence ?? 0 };
  }

  #examined(): LabRecord | undefined {
    return this.records.records.find(({ type }) => type === recordType.postMortem);
  }

  /** The capture of a link; `undefined` where there is none. */
  capture(link: string): Capture | undefined {
    if (!this.#captures.has(link)) {
      const bytes = this.read(captureFile(link));
      const capture = bytes && readCapture(bytes);
      this.#packets += capture?.packets.length ?? 0;
      if (this.#packets > mostPackets) throw malformed('captures', `hold more than ${mostPackets} packets`);
      this.#captures.set(link, capture);
    }
    return this.#captures.get(link);
  }

  /** Frames of all links in the order of time; of one time, in the order of links. */
  get frames(): readonly SeenFrame[] {
    this.#frames ??= this.#allFrames();
    return this.#frames;
  }

  #allFrames(): SeenFrame[] {
    const { links, nics } = this.scenario;
    const senders = new Map(nics.map((nic) => [nic.mac.toLowerCase(), nic]));
    const frames = links.flatMap((link) => {
      const capture = this.capture(link);
      return capture === undefined ? [] : framesOf(captureFile(link), capture, senders);
    });
    return frames.sort((a, b) => compare(a.time, b.time));
  }

  /** In the order of frames. */
  get protectedPackets(): readonly ProtectedPacket[] {
    this.#protectedPackets ??= protectedPacketsOf(this.frames, this.timeline, this.faulted?.declared);
    return this.#protectedPackets;
  }

  /** All that the oracles judge by. */
  get evidence(): FactEvidence {
    const { timeline, commands, end, frames, protectedPackets, faulted } = this;
    const lateness = latenessIn(this.records.records);
    const late = lateness === undefined ? {} : { lateness };
    return { timeline, commands, end, frames, protectedPackets, ...late, ...(faulted && { faulted }) };
  }

  /** What fault rules did with frames, in order. */
  get faults(): readonly TimedFault[] {
    this.#faults ??= faultsIn(this.records);
    return this.#faults;
  }

  /** What they did to protected packets; `undefined`: there were no such rules. */
  get faulted(): FaultedPackets | undefined {
    this.#faulted ??= { packets: faultedPackets(this.faults) };
    return this.#faulted.packets;
  }

  /** What the lab itself says that it lost. */
  get losses(): readonly Loss[] {
    this.#losses ??= lossesIn(this.records);
    return this.#losses;
  }

  /** What is wrong with `records`, with the captures of the scenario's links and with the logs of stacks in userspace. */
  get damage(): readonly FileDamage[] {
    const captures = this.scenario.links.flatMap((link): FileDamage[] => {
      const capture = this.capture(link);
      const message = capture === undefined ? 'is missing' : captureProblem(capture);
      return message === undefined ? [] : [{ file: captureFile(link), message, cutShort: true }];
    });
    const logs = (this.scenario.stacks ?? []).map(stackFile).flatMap((file): FileDamage[] => {
      const message = "is missing, and with it all that the host's stack said of its SAs";
      return this.read(file) === undefined ? [{ file, message, cutShort: false }] : [];
    });
    return [...this.#recordDamage(), ...captures, ...logs];
  }

  #recordDamage(): FileDamage[] {
    const { damage, complete } = this.records;
    const told = (message: string, cutShort: boolean): FileDamage[] => [{ file: 'records', message, cutShort }];
    if (this.read('records') === undefined) return told('is missing', true);
    if (damage !== undefined) return told(`at byte ${damage.offset}: ${damage.message}`, damage.kind === 'torn');
    return complete ? [] : told('the last frame is missing', true);
  }
}
