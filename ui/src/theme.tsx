import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

/** Pages from disk may have no storage. */
function stored(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem('espalier-theme')) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

apply(stored());

export function ThemeButton(): JSX.Element {
  const [theme, setTheme] = useState(stored);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] as Theme;
  const change = (): void => {
    setTheme(next);
    apply(next);
    try {
      localStorage.setItem('espalier-theme', next);
    } catch {
      // Nothing is remembered then.
    }
  };
  return (
    <button
      type="button"
      class="quiet theme"
      onClick={change}
      title={`colours: ${theme}; next: ${next}`}
      aria-label={`colours: ${theme}`}
    >
      <span aria-hidden="true">◐</span> <span class="theme-name">{theme}</span>
    </button>
  );
}
