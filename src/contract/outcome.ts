/** Ways in which the machine stops because a program (or a rewrite) did what no verified program may do. */
export type FaultCode =
  | 'bad-address'
  | 'bad-instruction'
  | 'bad-argument'
  | 'bad-release'
  | 'use-after-release'
  | 'call-depth'
  | 'stack-overflow'
  | 'table-overflow'
  | 'intrinsic-write';

/** How one run ended. Values are unsigned 64-bit. `stop` is a stop point that was asked for; `fuel` counts original instructions. */
export type Outcome =
  | { readonly how: 'exit'; readonly value: bigint }
  | { readonly how: 'throw'; readonly value: bigint }
  | { readonly how: 'stop' }
  | { readonly how: 'fault'; readonly code: FaultCode; readonly pc: number; readonly message: string }
  | { readonly how: 'fuel' };
