/** Inserted calls: what they may see of the machine and the walls around it. */
import type { IntrinsicView } from '../../src/contract/prepared.js';
import { HALT } from './code.js';
import type { Core } from './core.js';

/** Runs the inserted call at a pc; it changes no register. */
export function runIntrinsic(core: Core, pc: number): number {
  const intrinsic = core.intrinsics.get(pc);
  if (intrinsic === undefined) return core.fault('bad-instruction', pc, 'an inserted call that nobody declared');
  intrinsic.run(viewOf(core, pc));
  return core.outcome === undefined ? pc + 1 : HALT;
}

/** Bytes at the end of a frame that belong to the design: [from, to), counted from R10. */
export function reservedOf(core: Core, subprogram: number): { readonly from: number; readonly to: number } {
  const from = -(core.stackDepth?.[subprogram] ?? 0);
  return { from, to: from + (core.reserved[subprogram] ?? 0) };
}

function viewOf(core: Core, pc: number): IntrinsicView {
  // The first fault of a call counts; what it does after it has no effect.
  const index = (frame: number, offset: number): number | undefined => {
    const at = core.memory.frameIndex(frame, offset, 8);
    if (at === undefined && core.outcome === undefined) {
      core.fault('stack-overflow', pc, `an inserted call uses frame ${frame} at ${offset}`);
    }
    return core.outcome === undefined ? at : undefined;
  };
  return {
    depth: core.depth,
    subprogram: (frame) => core.frameSubprogram[frame] ?? 0,
    register: (register) => core.file.value(register),
    load(frame, offset) {
      const at = index(frame, offset);
      return at === undefined ? 0n : core.memory.view.getBigUint64(at, true);
    },
    store(frame, offset, value) {
      const at = index(frame, offset);
      if (at === undefined) return;
      const { from, to } = reservedOf(core, core.frameSubprogram[frame] ?? 0);
      if (offset < from || offset + 8 > to) {
        core.fault(
          'intrinsic-write',
          pc,
          `an inserted call writes frame ${frame} at ${offset}, not in [${from}, ${to})`,
        );
        return;
      }
      core.memory.view.setBigUint64(at, BigInt.asUintN(64, value), true);
    },
    overflow(message) {
      if (core.outcome === undefined) core.fault('table-overflow', pc, message);
    },
  };
}
