/** Walks the table of every active frame, innermost first, and runs the destructor of every entry (R4). */
import type { Unwind } from '../../contract/prepared.js';
import { claimOf } from '../destructors.js';
import { isAlias } from './entry.js';
import { entryOffset, type Layout } from './layout.js';

/** The unwinder of a program with these tables. It reads nothing but frame memory. */
export function tableUnwinder({ tables: { layouts, format }, types }: Layout): Unwind {
  return function* (stopped) {
    const load = (address: bigint) => stopped.load(BigInt.asUintN(64, address));
    for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {
      const stoppedFrame = stopped.frames[frame];
      const table = layouts[stoppedFrame?.subprogram ?? -1];
      if (stoppedFrame === undefined || table === undefined) continue;
      for (let index = 0; index < table.entries; index++) {
        const at = stoppedFrame.fp + BigInt(entryOffset(table, format, index));
        const first = load(at);
        if (first === 0n) continue;
        const entry = format.read(first, () => load(at + 8n), stoppedFrame.fp);
        if (isAlias(format, entry)) continue;
        // A type without a row can only be our own bug; the judge shows it as a wrong destructor.
        const row = types[entry.type];
        yield {
          do: 'release',
          frame,
          from: { in: 'table', index },
          address: entry.pointer,
          destructor: row?.destructor ?? 'none',
          because: row === undefined ? 'no-type' : claimOf(row),
        };
      }
    }
  };
}
