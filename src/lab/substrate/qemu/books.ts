import type { Links } from './links.ts';

/** What was counted while the lab ran: frames that the machines say they sent, and those that the switch captured. */
export class Books {
  readonly #links: Links;
  readonly #sent = new Map<string, bigint>();

  constructor(links: Links) {
    this.#links = links;
  }

  /** Lines of one machine: `sent LINK COUNT`. */
  sent(lines: readonly string[]): void {
    for (const text of lines) {
      const [, link, count] = /^sent (\S+) (\d+)$/.exec(text) ?? [];
      if (link !== undefined && count !== undefined) this.#sent.set(link, (this.#sent.get(link) ?? 0n) + BigInt(count));
    }
  }

  /** As the agent of other labs writes them (guest/agent/books.c). */
  text(): string {
    return [...this.#links.captured()]
      .map(([link, captured]) => `link ${link} captured=${captured} received=${this.#sent.get(link) ?? 0n}\n`)
      .join('');
  }
}
