/** An order for a held lab; worked off in sequence at the lab's clock. */
export type Order =
  /** Types a line and waits for its end, as for a step of the plan; `step` goes into the records. */
  | { readonly kind: 'command'; readonly host: string; readonly line: string; readonly step: number }
  /** Bytes as from a keyboard. The console's prompts are output from then on. */
  | { readonly kind: 'input'; readonly host: string; readonly bytes: Uint8Array }
  | { readonly kind: 'advance'; readonly ns: bigint }
  /** Sets the wall clock of all hosts by so much forward, or back; no time passes, and the lab's own clock goes on as it did. */
  | { readonly kind: 'jump'; readonly ns: bigint }
  | { readonly kind: 'resize'; readonly host: string; readonly rows: number; readonly columns: number }
  /** Echo and line editing as a person expects them; suites' consoles have neither. */
  | { readonly kind: 'interactive'; readonly host: string }
  | { readonly kind: 'end' };
