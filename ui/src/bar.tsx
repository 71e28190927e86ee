import type { ComponentChildren, JSX } from 'preact';
import { ThemeButton } from './theme.tsx';

interface BarProps {
  /** Where the brand leads. */
  readonly home: string;
  readonly children: ComponentChildren;
  /** Name of what is shown. */
  readonly title?: string;
}

/** What stands above every page. */
export function Bar({ home, children, title }: BarProps): JSX.Element {
  return (
    <header class="bar">
      <a class="brand" href={home} aria-label="Espalier">
        <img src="icon.svg" alt="" width="18" height="18" /> <span class="brand-name">Espalier</span>
      </a>
      <nav aria-label="Pages">{children}</nav>
      <span class="run-id">{title}</span>
      <ThemeButton />
    </header>
  );
}

interface TabProps {
  readonly href: string;
  readonly on: boolean;
  readonly children: ComponentChildren;
}

export function Tab({ href, on, children }: TabProps): JSX.Element {
  return (
    <a href={href} aria-current={on ? 'page' : undefined}>
      {children}
    </a>
  );
}
