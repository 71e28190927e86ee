/** Names of the values of one registry. */
export type NumberNames = Readonly<Record<number, string>>;

/** The name of a value, or what it is and its number: `exchange 77`. */
export function nameOf(names: NumberNames | undefined, value: number, what: string): string {
  return names?.[value] ?? `${what} ${value}`;
}
