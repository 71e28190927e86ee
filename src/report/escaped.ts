const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for HTML, SVG and XML, also in quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => entities[one] as string);
}
