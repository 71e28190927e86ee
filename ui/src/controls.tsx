import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

/** A search box that `/` leads to. */
export function SearchBox({ label, value, set }: SearchProps): JSX.Element {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <input
      ref={search}
      type="search"
      placeholder={`${label} ( / )`}
      aria-label={label}
      value={value}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly set: (value: string) => void;
}

/** One of some values, or all. */
export function Choice({ label, value, options, set }: ChoiceProps): JSX.Element {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">all</option>
        {options.map((option) => (
          <option value={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

interface ToggleProps {
  readonly name: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

export function Toggle({ name, on, set }: ToggleProps): JSX.Element {
  return (
    <button type="button" class="toggle" aria-pressed={on} onClick={() => set(!on)}>
      {name}
    </button>
  );
}
