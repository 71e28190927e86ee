import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A list of which only what can be seen is made: all rows have one height. */
export interface WindowListProps {
  readonly label: string;
  readonly count: number;
  /** CSS pixels. */
  readonly rowHeight: number;
  /** Key changes when rows become others: the list scrolls to its top. */
  readonly resetKey?: string;
  /** What rows are, where they move: then the one on top stays where it is, though others come before it. */
  readonly keys?: readonly string[];
  readonly class?: string;
  /** Row to be brought into view, whenever `token` changes. */
  readonly target?: { readonly index: number; readonly token: number } | undefined;
  readonly row: (index: number) => JSX.Element;
  /** A row was clicked, or reached by an arrow key from `current`. */
  readonly choose?: (index: number) => void;
  readonly current?: number | undefined;
  /** Enter on the current row. */
  readonly enter?: () => void;
}

const overscan = 8;
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 20, PageUp: -20 };

export function WindowList(props: WindowListProps): JSX.Element {
  const { label, count, rowHeight, row, target, resetKey, keys } = props;
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ readonly key: string | undefined; readonly within: number } | undefined>(undefined);
  const [view, setView] = useState({ top: 0, height: 800 });
  const look = (): void => {
    const element = box.current;
    if (!element) return;
    const [top, height] = [element.scrollTop, element.clientHeight];
    setView((old) => (old.top === top && old.height === height ? old : { top, height }));
    const index = Math.floor(top / rowHeight);
    anchor.current = top === 0 ? undefined : { key: keys?.[index], within: top - index * rowHeight };
  };
  useLayoutEffect(() => {
    const held = anchor.current;
    const index = held?.key === undefined ? -1 : (keys?.indexOf(held.key) ?? -1);
    if (box.current && held && index >= 0) box.current.scrollTop = index * rowHeight + held.within;
  }, [keys]);
  useLayoutEffect(look, [count]);
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (box.current && resetKey !== undefined) box.current.scrollTop = 0;
  }, [resetKey]);
  useLayoutEffect(() => {
    if (box.current && target) bringIntoView(box.current, target.index * rowHeight, rowHeight);
    look();
  }, [target?.token]);
  const choose = (index: number): void => {
    props.choose?.(index);
    if (box.current) bringIntoView(box.current, index * rowHeight, rowHeight);
  };
  const press = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (event.key === 'Enter') props.enter?.();
    if (step === undefined || props.choose === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(Math.min(count - 1, Math.max(0, (props.current ?? -1) + step)));
  };
  const click = ({ target: hit }: MouseEvent): void => {
    const found = hit instanceof Element ? hit.closest<HTMLElement>('.window-row')?.dataset.index : undefined;
    if (found !== undefined) props.choose?.(Number(found));
  };
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset);
  return (
    <div
      class={`window ${props.class ?? ''}`}
      ref={box}
      onScroll={look}
      onKeyDown={press}
      onClick={click}
      tabIndex={0}
      role="group"
      aria-label={label}
    >
      <div class="window-all" style={{ height: `${count * rowHeight}px` }}>
        <div class="window-seen" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {rows.map((index) => (
            <div class="window-row" key={index} data-index={index} style={{ height: `${rowHeight}px` }}>
              {row(index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** A row that can be seen already stays where it is. */
function bringIntoView(box: HTMLElement, top: number, height: number): void {
  if (top >= box.scrollTop && top + height <= box.scrollTop + box.clientHeight) return;
  box.scrollTop = Math.max(0, top - box.clientHeight / 3);
}
