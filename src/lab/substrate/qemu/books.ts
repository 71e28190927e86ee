import type { Links } from './links.ts';

/** What was counted while the lab ran: frames that the machines say they sent, and those that the switch captured. */
export class Books {
  readonly #links: Links;
  /** Where a machine is plugged in that does not say what it sent. */
  readonly #unsaid: ReadonlySet<string>;
  readonly #sent = new Map<string, bigint>();

  constructor(links: Links, unsaid: ReadonlySet<string>) {
    this.#links = links;
    this.#unsaid = unsaid;
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
      .map(([link, captured]) => {
        const received = this.#unsaid.has(link) ? '' : ` received=${this.#sent.get(link) ?? 0n}`;
        return `link ${link} captured=${captured}${received}\n`;
      })
      .join('');
  }
}
