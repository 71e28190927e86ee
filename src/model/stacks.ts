import { z } from 'zod';
import { fileName, labPath, type Of, text } from './schema.ts';

/**
 * What protects the packets of a host. `xfrm`: the kernel, told by netlink. `pfkey`: the kernel, told by PF_KEY (RFC 2367).
 * `libipsec`: strongSwan's library, in the daemon's process behind a TUN device. `tunip`: vpnc's own code (tunip.c), in the same place.
 * XFRM interfaces and VTI belong to `xfrm`.
 */
export const stacks = ['xfrm', 'pfkey', 'libipsec', 'tunip'] as const;
export type Stack = (typeof stacks)[number];

/** Those of which no kernel has the SAs and policies. */
const userspaceStacks = ['libipsec', 'tunip'] as const;

/** A host whose packets are protected in userspace, and where its SAs and policies are told. */
export const userspaceStackSchema = z.object({
  host: fileName,
  stack: z.enum(userspaceStacks),
  /** The stack's own log on the host; collected. */
  log: labPath,
  /** The process that is the stack, as the kernel names it (15 bytes at most): when it is gone, so are its SAs. */
  process: text,
});
export interface UserspaceStack extends Of<typeof userspaceStackSchema> {}
