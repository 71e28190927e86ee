/** Checks who imports whom against deps.json: default deny, pure rooms, slices, no cycles, no grant that nobody uses. */
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { Exceptions, isBelow, isPure, type Room, type Rules, roomOf, sliceOf } from './rules.ts';
import { type SourceFile, treeOf, walk } from './source-files.ts';

/** One import statement, export from, or import(). */
interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** What is imported by name; undefined: the whole module. */
  readonly names: readonly string[] | undefined;
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] | undefined {
  const clause = ts.isImportDeclaration(node) ? node.importClause : node;
  if (clause === undefined || (ts.isImportClause(clause) && clause.name)) return undefined;
  const bindings = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause;
  if (bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return undefined;
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}

function calledImport(node: ts.Node): ts.Node | undefined {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  return node.arguments[0];
}

function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  const static_ = treeOf(file).statements.filter((one) => ts.isImportDeclaration(one) || ts.isExportDeclaration(one));
  for (const node of static_) {
    if (!node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) continue;
    found.push({ from: file.path, specifier: node.moduleSpecifier.text, names: namesOf(node) });
  }
  // import('…') wherever it stands, in types too; most files have none, and a look at the text is cheaper.
  if (!/\bimport\s*\(/.test(file.text)) return found;
  walk(treeOf(file), (node) => {
    const argument = ts.isImportTypeNode(node) ? node.argument : calledImport(node);
    if (argument === undefined) return undefined;
    const literal = ts.isLiteralTypeNode(argument) ? argument.literal : argument;
    if (ts.isStringLiteralLike(literal)) found.push({ from: file.path, specifier: literal.text, names: undefined });
    return undefined;
  });
  return found;
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const isOutside = (path: string): boolean => isBelow(path, 'test') || isBelow(path, 'tools');

/** Judges imports one by one and notes which grants they needed. */
class Judge {
  readonly #rules: Rules;
  readonly #exceptions: Exceptions;
  readonly #used = new Set<string>();
  readonly #inhabited = new Set<string>();

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#exceptions = new Exceptions(rules);
  }

  enter(path: string): void {
    this.#inhabited.add(roomOf(path, this.#rules) ?? '');
  }

  /** What is wrong with importing a file of this repository. */
  file(from: string, to: string): string | undefined {
    const here = roomOf(from, this.#rules);
    if (here === undefined) return `${from}: its folder is not in deps.json`;
    const refused = this.#room(here, from, to) ?? this.#slice(from, to);
    return refused !== undefined && this.#exceptions.allow(from, to) ? undefined : refused;
  }

  #room(here: string, from: string, to: string): string | undefined {
    const there = roomOf(to, this.#rules);
    if (there === undefined) return `${from}: imports ${to}, whose folder is not in deps.json`;
    if (isPure(from, this.#rules) && !isPure(to, this.#rules)) {
      return `${from}: imports ${to}, but ${here} is pure and ${there} is not`;
    }
    if (there === here || this.#rules.common.includes(to)) return undefined;
    const grant = this.#rules.rooms[here]?.imports.find((one) => one === '*' || isBelow(there, one));
    if (grant === undefined) return `${from}: imports ${to}, but deps.json does not let ${here} import ${there}`;
    this.#used.add(`${here} imports ${grant}`);
    return undefined;
  }

  #slice(from: string, to: string): string | undefined {
    const there = sliceOf(to, this.#rules);
    if (there === undefined || isOutside(from) || from === `${there.parent}/all.ts`) return undefined;
    if (isBelow(from, `${there.parent}/${there.name}`)) return undefined;
    return `${from}: imports ${to}, but only ${there.parent}/all.ts reaches into the slice ${there.name}`;
  }

  /** What is wrong with importing a package or a module of Node. */
  package({ from, specifier, names }: Import): string | undefined {
    const here = roomOf(from, this.#rules) ?? '';
    const room = this.#rules.rooms[here];
    if (isBuiltin(specifier)) {
      if (!specifier.startsWith('node:')) return `${from}: write node:${specifier}`;
      const pure = isPure(from, this.#rules) ? this.#builtin(here, { from, specifier, names }) : undefined;
      const refused = pure ?? this.#besideDoor(from, specifier);
      return refused !== undefined && this.#exceptions.allow(from, specifier) ? undefined : refused;
    }
    const name = packageOf(specifier);
    if (room?.packages?.includes(name)) {
      this.#used.add(`${here} packages ${name}`);
      return undefined;
    }
    if (this.#exceptions.allow(from, name)) return undefined;
    return `${from}: imports the package ${name}, which deps.json does not give to ${here}`;
  }

  /** What is wrong with the functions that are imported of a file of this repository; without names, all of them are. */
  functions(from: string, to: string, names?: readonly string[]): string | undefined {
    const { refused } = this.#rules.door ?? { refused: [] };
    const all = refused.filter((one) => one.startsWith(`${to}:`));
    const imported = names?.map((name) => `${to}:${name}`) ?? all;
    return imported.map((one) => this.#besideDoor(from, one)).find((problem) => problem !== undefined);
  }

  #besideDoor(from: string, what: string): string | undefined {
    const { rooms, refused } = this.#rules.door ?? { rooms: [], refused: [] };
    if (!refused.includes(what) || !rooms.some((room) => isBelow(from, room))) return undefined;
    return `${from}: uses ${what}, but files of strangers are reached through src/base/door`;
  }

  #builtin(here: string, { from, specifier, names }: Import): string | undefined {
    const granted = this.#rules.rooms[here]?.node?.[specifier];
    if (granted === undefined || names === undefined) return `${from}: imports ${specifier}, but ${here} is pure`;
    for (const name of names) this.#used.add(`${here} ${specifier} ${name}`);
    const refused = names.filter((name) => !granted.includes(name));
    return refused.length === 0
      ? undefined
      : `${from}: imports ${refused.join(', ')} of ${specifier}, but ${here} is pure`;
  }

  /** Rooms without files, and grants that no file needed. */
  stale(): string[] {
    const rooms = Object.entries(this.#rules.rooms);
    const ghosts = rooms
      .filter(([name]) => !this.#inhabited.has(name))
      .map(([name]) => `deps.json: ${name} has no files`);
    const unused = rooms.flatMap(([name, room]) =>
      grantsOf(room)
        .filter((grant) => !this.#used.has(`${name} ${grant}`))
        .map((grant) => `deps.json: no file needs: ${name} ${grant}`),
    );
    const exceptions = this.#exceptions.stale((what) => !what.startsWith('name:'));
    return [...ghosts, ...unused, ...exceptions];
  }
}

function grantsOf({ imports, packages = [], node = {} }: Room): string[] {
  return [
    ...imports.map((name) => `imports ${name}`),
    ...packages.map((name) => `packages ${name}`),
    ...Object.entries(node).flatMap(([module, names]) => names.map((name) => `${module} ${name}`)),
  ];
}

/** One cycle per group of places that reach each other in a circle. */
function cycles(what: string, edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push(`${what} cycle: ${[...trail.slice(at), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

/** Circles of granted arrows between rooms; nested rooms count as part of the one around them. */
function roomCycles(rules: Rules): string[] {
  const outermost = (room: string): string =>
    Object.keys(rules.rooms).find((other) => other !== room && isBelow(room, other)) ?? room;
  const edges = new Map<string, string[]>();
  for (const [name, { imports }] of Object.entries(rules.rooms)) {
    const here = outermost(name);
    const others = imports.filter((one) => one !== '*').map(outermost);
    edges.set(here, [...(edges.get(here) ?? []), ...others.filter((one) => one !== here)]);
  }
  return cycles('room', edges);
}

/** Everything that breaks the rules, one line each. */
export function importProblems(files: readonly SourceFile[], rules: Rules): string[] {
  const judge = new Judge(rules);
  const problems: (string | undefined)[] = [];
  const edges = new Map<string, readonly string[]>();
  for (const file of files) {
    judge.enter(file.path);
    const targets: string[] = [];
    for (const one of importsOf(file)) {
      if (!one.specifier.startsWith('.')) {
        problems.push(judge.package(one));
        continue;
      }
      const to = normalize(join(dirname(file.path), one.specifier));
      targets.push(to);
      problems.push(judge.file(file.path, to), judge.functions(file.path, to, one.names));
    }
    edges.set(file.path, targets);
  }
  const refused = problems.filter((problem) => problem !== undefined);
  return [...new Set(refused), ...cycles('import', edges), ...roomCycles(rules), ...judge.stale()];
}
