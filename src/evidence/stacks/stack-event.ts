import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';

/** One thing that a userspace stack did to its tables. A time is that of the log. */
export type StackEvent = { readonly time: bigint } /** The process began; its tables are empty. */ & (
  | { readonly kind: 'began' }
  | { readonly kind: 'sa-added'; readonly sa: IpsecSa }
  | { readonly kind: 'sa-moved'; readonly spi: number; readonly source: string; readonly destination: string }
  | { readonly kind: 'sa-deleted'; readonly spi: number; readonly direction?: 'in' | 'out' }
  | { readonly kind: 'policy-added'; readonly name: string; readonly policy: IpsecPolicy }
  | { readonly kind: 'policy-deleted'; readonly name: string }
  | { readonly kind: 'flushed'; readonly table: 'sas' | 'policies' }
);
