import { debian } from './debian.ts';
import { freebsd } from './freebsd.ts';
import { netbsd } from './netbsd.ts';
import { openbsd } from './openbsd.ts';
import type { SystemProfile } from './profile.ts';

/** Every system that can be installed at its console. */
export const systems: readonly SystemProfile[] = [debian, openbsd, freebsd, netbsd];
