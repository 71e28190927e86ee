import { debian } from './debian.ts';
import { freebsd } from './freebsd.ts';
import { netbsd } from './netbsd.ts';
import { openbsd } from './openbsd.ts';
import type { HostSystem, SystemProfile } from './profile.ts';
import { uBoot } from './u-boot.ts';

/** Every system that can be installed at its console. */
export const systems: readonly SystemProfile[] = [debian, openbsd, freebsd, netbsd];

/** Every system that can be a host of a lab. */
export const hostSystems: readonly HostSystem[] = [
  ...systems.flatMap(({ name, memory, host }) => (host === undefined ? [] : [{ name, memory, host }])),
  uBoot,
];
