import type { Clock } from '../../model/scenario.ts';

/** A program whose text matches needs another clock than the one with infinite CPU. */
interface ClockRule {
  readonly text: RegExp;
  readonly clock: Clock;
  readonly why: string;
}

const rules: readonly ClockRule[] = [
  {
    text: /\b(?:busywait\w*|until_counter_is)\b/,
    clock: 'cpu',
    why: 'it waits in a loop that never sleeps, which takes no time where CPU is infinite',
  },
  {
    text: /\bwhile (?:true|:)(?=\s*(?:;|$))/m,
    clock: 'cpu',
    why: 'it has a loop without end, which goes on beside a sleep that then never ends',
  },
  {
    text: / -i 0\.1 -w 1 /,
    clock: 'cpu',
    why: 'it pings for one second what it has just set up, which fails now and then where no time passes before that',
  },
  {
    text: /\bforced_gc_runs\b/,
    clock: 'cpu',
    why: 'it sleeps for as long as the kernel spares a neighbour, and needs a little more time to pass than that',
  },
  {
    text: /\b(?:iperf3?|netperf|udpgso_bench_tx|msg_zerocopy|io_uring_zerocopy_tx|start_(?:tcp_)?traffic)\b/,
    clock: 'cpu',
    why: 'it sends as much as it can for so many seconds, which never pass where CPU is infinite',
  },
  {
    text: /\bdate (?:-u )?\+["']?%s|\bEPOCHREALTIME\b|\bprintf "%\(%s\)T"/,
    clock: 'cpu',
    why: 'it reads the time, to measure how long the kernel computes or to do something for so long',
  },
];

/** The clock that a program's lab has, and why where it is not the usual one. */
export function clockOf(text: string): { readonly clock: Clock; readonly why?: string } {
  const rule = rules.find((one) => one.text.test(text));
  return rule === undefined ? { clock: 'infinite' } : { clock: rule.clock, why: rule.why };
}
