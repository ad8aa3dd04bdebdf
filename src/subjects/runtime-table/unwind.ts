/** Walks the table of every active frame, innermost first, and runs the destructor of every entry (R4). */
import type { Unwind } from '../../contract/prepared.js';
import { claimOf } from '../destructors.js';
import { entryOffset, type Layout } from './layout.js';
import { isAlias, typeNumber } from './table.js';

/** The unwinder of a program with these tables. It reads nothing but frame memory. */
export function tableUnwinder({ tables, types }: Layout): Unwind {
  return function* (stopped) {
    for (let frame = stopped.frames.length - 1; frame >= 0; frame--) {
      const stoppedFrame = stopped.frames[frame];
      const table = tables[stoppedFrame?.subprogram ?? -1];
      if (stoppedFrame === undefined || table === undefined) continue;
      for (let index = 0; index < table.entries; index++) {
        const at = stoppedFrame.fp + BigInt(entryOffset(table, index));
        const address = stopped.load(BigInt.asUintN(64, at));
        if (address === 0n) continue;
        const word = stopped.load(BigInt.asUintN(64, at + 8n));
        if (isAlias(address, word)) continue;
        // A word without a row can only be our own bug; the judge shows it as a wrong destructor.
        const row = types[typeNumber(word)];
        yield {
          do: 'release',
          frame,
          from: { in: 'table', index },
          address,
          destructor: row?.destructor ?? 'none',
          because: row === undefined ? 'no-type' : claimOf(row),
        };
      }
    }
  };
}
