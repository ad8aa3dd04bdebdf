/** What gotos, calls, exit and 64-bit immediates do, from RFC 9669 sections 4.3 and 5.4. */
import { INTRINSIC_BASE } from '../../src/isa/callables.js';
import { MAP_HIGH, mapLow } from './address.js';
import { helperAt, kfuncAt, runCallable } from './callables.js';
import { HALT, type Step } from './code.js';
import { runIntrinsic } from './intrinsic.js';

const goTo: Step = (core, pc) => core.code.target[pc] ?? 0;

const loadConstant: Step = ({ file, code }, pc) => {
  const src = code.src[pc] ?? 0;
  file.setHalves(code.dst[pc] ?? 0, file.low(src), file.high(src));
  return pc + 2;
};

export const CONTROL = {
  ja: goTo,
  ja32: goTo,
  may_goto: (core, pc) => (core.spendMayGoto() ? pc + 1 : (core.code.target[pc] ?? 0)),
  call_helper: (core, pc) =>
    (core.code.imm[pc] ?? 0) >= INTRINSIC_BASE ? runIntrinsic(core, pc) : runCallable(core, pc, helperAt(core, pc)),
  call_kfunc: (core, pc) => runCallable(core, pc, kfuncAt(core, pc)),
  call_local: (core, pc) => {
    const target = core.code.target[pc] ?? 0;
    if (!core.pushFrame(core.subprogramOf[target] ?? 0, pc)) {
      return core.fault('call-depth', pc, 'the call stack of 9 frames is too deep');
    }
    return target;
  },
  exit: (core) => {
    if (core.depth > core.baseDepth) return core.popFrame() + 1;
    core.outcome = { how: 'exit', value: core.file.value(0) };
    return HALT;
  },
  imm64: loadConstant,
  // The id of a struct type is a plain number.
  imm64_type: loadConstant,
  imm64_map: ({ file, code }, pc) => {
    file.setHalves(code.dst[pc] ?? 0, mapLow(code.imm[pc] ?? 0), MAP_HIGH);
    return pc + 2;
  },
} as const satisfies Record<string, Step>;
