/** What a kernel could read of a stopped program: frames, their memory, and the registers that prologues pushed. */
import type { StoppedFrame, StoppedView } from '../../src/contract/unwind.js';
import { FRAME_HIGH, framePointerLow, POISON_LOW, POISONED, poisonHigh } from './address.js';
import type { Core } from './core.js';

/** The view of the program as it stands; `pc` is the prepared pc that stopped it, `used` from usedCalleeSaved. */
export function stoppedView(core: Core, pc: number, used: Uint8Array): StoppedView {
  const frames: StoppedFrame[] = [];
  // What the hardware registers R6..R9 held when each frame was entered: a frame that does not use a register leaves
  // its caller's value in it.
  let hardware = [6, 7, 8, 9].map((register) => halves(POISON_LOW, poisonHigh(register, POISONED.atEntry)));
  for (let frame = 0; frame < core.depth; frame++) {
    const subprogram = core.frameSubprogram[frame] ?? 0;
    const mask = used[subprogram] ?? 0;
    const uses = (register: number) => (mask & (1 << (register - 6))) !== 0;
    const entered = hardware;
    frames.push({
      subprogram,
      pc: frame === core.depth - 1 ? pc : (core.frameCall[frame + 1] ?? 0),
      fp: halves(framePointerLow(frame), FRAME_HIGH),
      pushed: [9, 8, 7, 6].filter(uses).map((register) => entered[register - 6] ?? 0n),
    });
    hardware = [6, 7, 8, 9].map((register) =>
      uses(register) ? core.calleeSaved(frame, register) : (entered[register - 6] ?? 0n),
    );
  }
  const [r6 = 0n, r7 = 0n, r8 = 0n, r9 = 0n] = hardware;
  const view = {
    frames,
    trampoline: [r6, r7, r8, r9],
    load: (address: bigint) => loadFrameWord(core, address),
  } as const;
  if (core.outcome?.how !== 'stop') return view;
  return { ...view, scratch: [0, 1, 2, 3, 4, 5].map((register) => core.file.value(register)) };
}

/** 8 bytes at an address inside an active frame, else 0. */
function loadFrameWord(core: Core, address: bigint): bigint {
  const low = Number(BigInt.asIntN(32, address));
  const high = Number(BigInt.asIntN(32, address >> 32n));
  if (high !== FRAME_HIGH) return 0n;
  const at = core.memory.locate(low, high, 0, 8, false);
  return at < 0 ? 0n : core.memory.view.getBigUint64(at, true);
}

function halves(low: number, high: number): bigint {
  return (BigInt.asUintN(32, BigInt(high)) << 32n) | BigInt.asUintN(32, BigInt(low));
}
