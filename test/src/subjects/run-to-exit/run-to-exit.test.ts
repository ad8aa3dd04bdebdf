/** Run to exit as a subject. */
import { describe, expect, test } from 'vitest';
import { runKernelPass } from '../../../../src/patch/kernel-pass.js';
import { runToExit } from '../../../../src/subjects/run-to-exit/run-to-exit.js';
import { analyse } from '../../../../src/verify/walk.js';
import { programOf } from '../states.js';
import { releases, stoppedOf } from '../stopped.js';

const TEXT = `
main:
    r1 = 1
    call bpf_task_from_pid
    r6 = r0
    call guard
    if r6 == 0 goto done
    r1 = r6
    call bpf_task_release
done:
    r0 = 0
    exit
guard:
    r1 = 7
    call bpf_throw
    exit
`;

function prepared(text: string) {
  const program = programOf(text);
  const analysis = analyse(program, { pruning: 'exact' });
  const result = runToExit.prepare({ program, analysis, stopAt: 'throw' });
  if (!result.ok) throw new Error(result.refusal.message);
  return { program, analysis, result };
}

describe('runToExit', () => {
  test('runToExit goes on at the throw, the caller after its call', () => {
    const { program, result } = prepared(TEXT);
    expect(result.program).toBe(program);
    const stopped = stoppedOf([
      { subprogram: 0, pc: 3 },
      { subprogram: 1, pc: 10 },
    ]);
    expect(releases(result.unwind, stopped)).toEqual(['resume 4 10']);
    expect(result.describe()).toEqual(['guard 10: goes on at 10 of the clone']);
    expect(result.cost.metadataBytes).toBe(8 * program.length);
  });

  test('runToExit does nothing where nothing is held', () => {
    const { result } = prepared('main:\n    r1 = 7\n    call bpf_throw\n    exit');
    expect(releases(result.unwind, stoppedOf([{ subprogram: 0, pc: 1 }]))).toEqual([]);
    expect([result.cost.metadataBytes, result.describe()]).toEqual([0, []]);
  });

  test('runToExit finds where to go on when a kernel has patched the program', () => {
    const { analysis, result } = prepared(TEXT);
    const pass = runKernelPass(result, [{ do: 'insert', pc: 3, before: 2, after: 1, filler: 0 }], analysis.reached);
    if (pass === undefined) throw new Error('the patch fits');
    const [call = 0, thrown = 0] = [pass.pcMap.toPrepared[3], pass.pcMap.toPrepared[10]];
    expect(call).not.toBe(3);
    const stopped = stoppedOf([
      { subprogram: 0, pc: call },
      { subprogram: 1, pc: thrown },
    ]);
    const unwind = result.maintain?.(pass);
    if (unwind === undefined) throw new Error('it keeps pcs');
    expect(releases(unwind, stopped)).toEqual(['resume 4 10']);
    expect(releases(result.unwind, stopped)).not.toEqual(['resume 4 10']);
  });
});
