import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { failed } from './door/handle.ts';
import { EspalierError } from './errors.ts';
import { isArtifactId, unpackExported } from './exported-artifact.ts';
import { type Check, checkJson, readJson, sha256File, temporaryBeside, writeAtomic } from './files.ts';
import { cacheDir, withLock } from './folders.ts';
import { succeed } from './processes.ts';
import { programLimits } from './program-limits.ts';

/** One made thing in the cache: a folder with its file and its `artifact.json`. */
export interface Artifact<Facts> {
  readonly id: string;
  /** Absolute path of the file itself. */
  readonly path: string;
  readonly sha256: string;
  /** ISO 8601 date at which it was made. */
  readonly made: string;
  readonly facts: Facts;
}

interface ArtifactFile<Facts> {
  readonly version: 1;
  readonly id: string;
  readonly file: string;
  readonly sha256: string;
  readonly made: string;
  readonly facts: Facts;
}

/** What a store holds and how its facts are checked when read. */
export interface ArtifactKind<Facts> {
  /** Folder in the cache and word in messages: `kernel`, `image`. */
  readonly name: string;
  /** Name of the one file in each artifact's folder. */
  readonly file: string;
  readonly facts: Check<Facts>;
}

/**
 * A content-addressed part of the cache. An artifact appears whole, by a rename, or not at
 * all; it is never altered. Two processes that need the same one make it once.
 */
export class ArtifactStore<Facts> {
  readonly #kind: ArtifactKind<Facts>;

  constructor(kind: ArtifactKind<Facts>) {
    this.#kind = kind;
  }

  get #dir(): string {
    return cacheDir(this.#kind.name);
  }

  /** The artifact with this id, if it is there: a description beside a file of another name is of another version of Espalier. */
  find(id: string): Artifact<Facts> | undefined {
    if (!isArtifactId(id)) return undefined;
    const dir = join(this.#dir, id);
    const there = ['artifact.json', this.#kind.file].every((name) => existsSync(join(dir, name)));
    return there ? this.#read(dir) : undefined;
  }

  #read(dir: string): Artifact<Facts> {
    const described = join(dir, 'artifact.json');
    const raw = readJson<ArtifactFile<Facts>>(described, { parse: (value) => value as ArtifactFile<Facts> });
    const texts = [raw?.id, raw?.sha256, raw?.made];
    if (raw?.version !== 1 || texts.some((one) => typeof one !== 'string') || !/^[-\dT:.Z]{10,30}$/.test(raw.made)) {
      throw new EspalierError('infrastructure', `is not the description of a ${this.#kind.name}`, { file: described });
    }
    const facts = checkJson(() => raw.facts, this.#kind.facts, described);
    return { id: raw.id, path: join(dir, this.#kind.file), sha256: raw.sha256, made: raw.made, facts };
  }

  /** All artifacts, newest first. What cannot be read (made by another version) is left out. */
  list(): Artifact<Facts>[] {
    const found: Artifact<Facts>[] = [];
    for (const name of readdirSync(this.#dir)) {
      if (name.endsWith('.tmp') || name.endsWith('.lock')) continue;
      try {
        const artifact = this.find(name);
        if (artifact) found.push(artifact);
      } catch {
        // Left for `make` to replace.
      }
    }
    return found.sort((a, b) => (a.made < b.made ? 1 : -1));
  }

  /** The artifact with this id, or the newest that `fits`; none is a usage error. */
  choose(id?: string, fits: (facts: Facts) => boolean = () => true): Artifact<Facts> {
    const found = id === undefined ? this.list().find(({ facts }) => fits(facts)) : this.find(id);
    if (found) return found;
    const { name } = this.#kind;
    throw new EspalierError('usage', `the cache holds no ${name}${id === undefined ? '' : ` ${id}`}`, {
      file: this.#dir,
      remedy: `see \`espalier ${name} list\`, or make one with \`espalier ${name} build\``,
    });
  }

  /**
   * The artifact with this id; `make` is called when it is not there yet, with the path of the
   * file to write, and gives the facts.
   */
  async ensure(id: string, make: (file: string) => Promise<Facts>, waiting?: () => void): Promise<Artifact<Facts>> {
    const present = this.#whole(id);
    if (present) return present;
    const body = async (): Promise<Artifact<Facts>> => {
      const meanwhile = this.#whole(id);
      if (meanwhile) return meanwhile;
      this.#removeLeftovers(id);
      const dir = join(this.#dir, id);
      const temporary = temporaryBeside(dir);
      mkdirSync(temporary);
      try {
        const file = join(temporary, this.#kind.file);
        const facts = await make(file);
        this.#describe(temporary, { id, sha256: await sha256File(file), facts });
        rmSync(dir, { recursive: true, force: true });
        renameSync(temporary, dir);
        return this.#read(dir);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    };
    return withLock(join(this.#dir, `${id}.lock`), body, waiting);
  }

  /** The artifact with this id, unless it is damaged: then it is made anew. */
  #whole(id: string): Artifact<Facts> | undefined {
    try {
      return this.find(id);
    } catch (error) {
      if (!(error instanceof EspalierError)) throw error;
      return undefined;
    }
  }

  /** Folders of processes that were killed while they made this artifact. */
  #removeLeftovers(id: string): void {
    for (const name of readdirSync(this.#dir)) {
      if (name.startsWith(`${id}.`) && name.endsWith('.tmp')) rmSync(join(this.#dir, name), { recursive: true });
    }
  }

  #describe(dir: string, about: { id: string; sha256: string; facts: Facts }): void {
    const described: ArtifactFile<Facts> = {
      version: 1,
      file: this.#kind.file,
      made: new Date().toISOString(),
      ...about,
    };
    writeAtomic(join(dir, 'artifact.json'), `${JSON.stringify(described, null, 2)}\n`);
  }

  /** Writes an artifact into one tar file, to be imported on another machine. */
  async exportTo(artifact: Artifact<Facts>, file: string): Promise<void> {
    const members = ['artifact.json', this.#kind.file].map((name) => `${artifact.id}/${name}`);
    // `--force-local`: a colon in the name does not make it a file of another machine.
    const format = ['--format=ustar', '--force-local', '--sort=name', '--owner=0', '--group=0'];
    const env = { ...process.env, TAR_OPTIONS: undefined };
    await succeed('tar', [...format, '-cf', file, '-C', this.#dir, '--', ...members], {
      env,
      limits: programLimits.archive,
    });
  }

  /**
   * Takes an exported artifact into the cache after checking its bytes against its description. Whoever made the archive wrote both:
   * that says that nothing was damaged, and not that the artifact is to be trusted.
   */
  async importFrom(file: string): Promise<Artifact<Facts>> {
    if (!existsSync(file)) throw new EspalierError('usage', 'does not exist', { file });
    const temporary = temporaryBeside(join(this.#dir, 'import'));
    mkdirSync(temporary);
    try {
      const id = await this.#unpack(file, temporary);
      const place = join(this.#dir, id);
      return await withLock(`${place}.lock`, async () => {
        const present = await this.#sameAs(this.#read(temporary));
        if (present !== undefined) return present;
        rmSync(place, { recursive: true, force: true });
        renameSync(temporary, place);
        utimesSync(place, new Date(), new Date());
        return this.#read(place);
      });
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }

  /** Unpacks an archive into a folder and checks what it brought; gives the id. */
  async #unpack(file: string, into: string): Promise<string> {
    try {
      const { id, sha256 } = await unpackExported(file, this.#kind.file, into);
      const artifact = this.#read(into);
      if (artifact.id !== id)
        throw new EspalierError('usage', `it is described as ${JSON.stringify(artifact.id.slice(0, 200))}`);
      if (artifact.sha256 !== sha256) throw new EspalierError('usage', `its ${this.#kind.file} is damaged`);
      return id;
    } catch (cause) {
      // A full disk, or a file that may not be read, says nothing about the archive.
      if (!(cause instanceof EspalierError)) throw failed(cause, file, 'cannot be imported');
      throw new EspalierError('usage', `is not an exported ${this.#kind.name}: ${cause.message}`, {
        file,
        remedy: `make one with \`espalier ${this.#kind.name} export FILE\``,
        cause,
      });
    }
  }

  /**
   * The artifact that is there already, with these bytes; `undefined`: there is none, or it is damaged. An id stands for its bytes:
   * others under the same id would change what later labs are made from.
   */
  async #sameAs({ id, sha256 }: Artifact<Facts>): Promise<Artifact<Facts> | undefined> {
    const present = this.list().find((one) => one.id === id);
    if (present === undefined) return undefined;
    if (present.sha256 === sha256) return (await sha256File(present.path)) === sha256 ? present : undefined;
    throw new EspalierError('usage', `the cache holds another ${this.#kind.name} with the id ${id}`, {
      file: present.path,
      remedy: 'delete its folder first, if the imported one is to take its place',
    });
  }
}
