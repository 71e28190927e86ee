/**
 * Variables of a Makefile of the kernel's selftests that list programs. Only what these files do is read: assignments of words, with lines
 * that go on. A word that make would have to compute (`$(…)`) is left out.
 */
export type MakeVariables = ReadonlyMap<string, readonly string[]>;

const assignment = /^([A-Z][A-Z0-9_]*)[ \t]*(\+=|:=|\?=|=)(.*)$/;

/** Reads the assignments of a Makefile; of `=` and `:=` the last one counts, `+=` adds. */
export function makeVariables(text: string): MakeVariables {
  const variables = new Map<string, readonly string[]>();
  for (const line of joined(text)) {
    const [, name, operator, rest = ''] = assignment.exec(line) ?? [];
    if (name === undefined) continue;
    const words = plainWords(rest);
    variables.set(name, operator === '+=' ? [...(variables.get(name) ?? []), ...words] : words);
  }
  return variables;
}

/** Lines without comments, those that end in a backslash with the next ones. */
function joined(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const raw of text.split('\n')) {
    const line = open + raw.replace(/(^|\s)#.*$/, '$1');
    const goesOn = /\\\s*$/.exec(line);
    if (goesOn === null) lines.push(line);
    open = goesOn === null ? '' : `${line.slice(0, goesOn.index)} `;
  }
  return open === '' ? lines : [...lines, open];
}

/** Words outside of `$(…)`. */
function plainWords(text: string): string[] {
  let plain = text;
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(/\$[({][^(){}]*[)}]/g, '\0');
  }
  return plain.split(/\s+/).filter((word) => /^[\w.+/-]+$/.test(word));
}
