import { major, minor } from './fact-rule.ts';

/** What it means that facts of several kinds differ in one thing. */
export const about = major('part of what the fact is about');
export const peer = major('another peer');
export const algorithms = major('other algorithms protect the packets');
export const mode = major('tunnel and transport protect different things');
export const selectors = major('other packets are protected');
export const random = minor('SPIs and keys are drawn anew in every run');
export const requestId = minor('the number only ties a policy to its SAs; a daemon counts it up');
export const time = minor('a time of day or a lifetime');
export const lifetime = major('SAs expire at another limit');
export const protocol = major('ESP, AH and IPComp protect different things');
export const encapsulation = major('packets are in UDP or TCP on one side only');
