/** The one table of daemons. A line makes one available to scenario files, to rendering and limits, and to readers of consoles. */
export { libreswan } from './libreswan/daemon.ts';
export { openiked } from './openiked/daemon.ts';
export { strongswan } from './strongswan/daemon.ts';
export { vpnc } from './vpnc/daemon.ts';
