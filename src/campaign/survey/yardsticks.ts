/** What the kernel itself adds to a stack for other features: the scale on which the growth of a design is read. */

export interface Yardstick {
  readonly what: string;
  readonly bytes: number;
  readonly per: string;
}

/** As the kernel has them (domain, section 4). */
export const YARDSTICKS: readonly Yardstick[] = [
  { what: 'bpf_loop inlined', bytes: 24, per: 'subprogram' },
  { what: 'may_goto', bytes: 8, per: 'subprogram' },
  { what: 'may_goto, timed', bytes: 16, per: 'subprogram' },
  { what: 'forced spill', bytes: 8, per: 'conflicting pc' },
];
