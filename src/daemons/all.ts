import type { Daemon } from './daemon.ts';
import { libreswanDaemon } from './libreswan/control.ts';
import { openikedDaemon } from './openiked/control.ts';
import { strongswanDaemon } from './strongswan/control.ts';

/** Every daemon that labs can have, newest version of each implementation first. */
export const daemons: readonly Daemon[] = [
  libreswanDaemon('5.2', 'debian-trixie-libreswan'),
  libreswanDaemon('4.10', 'debian-bookworm-libreswan'),
  strongswanDaemon('6.1.0', 'debian-sid-strongswan'),
  strongswanDaemon('6.0.1', 'debian-trixie-strongswan'),
  strongswanDaemon('5.9.8', 'debian-bookworm-strongswan'),
  openikedDaemon('7.4', 'debian-trixie-openiked'),
  openikedDaemon('7.2', 'debian-bookworm-openiked'),
];
