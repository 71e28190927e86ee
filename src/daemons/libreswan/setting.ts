/** A line of a section of ipsec.conf(5); one without a value is left out. */
export type Setting = readonly [name: string, value: string | number | undefined];
