/** The one table of daemons. A line makes one known everywhere: to scenario files, to the matrix of limits, to readers of consoles. */
export { libreswan } from './libreswan/daemon.ts';
export { openiked } from './openiked/daemon.ts';
export { strongswan } from './strongswan/daemon.ts';
