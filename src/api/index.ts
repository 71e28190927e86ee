/** What scenario files import as `espalier`. */
export type { Duration } from './duration.ts';
export {
  type ClearFilter,
  expect,
  type Matchers,
  type ReachOptions,
  type TranscriptOptions,
  type Within,
} from './expect.ts';
export type { Clock, CommandResult, Host, Link, NatHost, Net, World } from './handles.ts';
export { type HostSpec, type LinuxSpec, linux, type NatSpec, nat } from './hosts.ts';
export { type Definition, type LinkSpec, scenario } from './scenario.ts';
