/** A section of strongswan.conf(5): values and sections below it. What is `undefined` is left out. */
export interface Section {
  readonly [name: string]: string | number | Section | undefined;
}

/** The text of a file in strongSwan's format. A value named `include` becomes an include statement. */
export function settings(section: Section, depth = 0): string {
  const indent = '    '.repeat(depth);
  return Object.entries(section)
    .map(([name, value]) => {
      if (value === undefined) return '';
      if (typeof value === 'object') return `${indent}${name} {\n${settings(value, depth + 1)}${indent}}\n`;
      return name === 'include' ? `${indent}include ${value}\n` : `${indent}${name} = ${value}\n`;
    })
    .join('');
}

/** A value in quotes. */
export function quote(text: string): string {
  return `"${text}"`;
}

/** A switch that was set; `undefined` leaves it out. */
export function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}
