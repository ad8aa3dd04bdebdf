import { describe, expect, it } from 'vitest';
import { linkRoutines, Routine } from '../../generators/routine.js';
import { insn } from '../../src/isa/insn.js';
import { targetAt } from '../../src/isa/program.js';

const exit = insn('exit');
const zero = insn('mov64', { operand: { imm: 0 } });

describe('linkRoutines', () => {
  it('resolves labels forwards and backwards and calls across routines', () => {
    const main = new Routine('main');
    const callee = new Routine('callee');
    const again = main.label();
    const end = main.label();
    main.bind(again);
    main.callRoutine(callee);
    main.jump('jeq64', 0, { imm: 0 }, end);
    main.goto(again, true);
    main.bind(end);
    main.push(zero);
    main.push(exit);
    callee.push(zero);
    callee.push(exit);
    const program = linkRoutines([main, callee], { types: [], maps: [] });
    expect(program.subprograms.map(({ name, start }) => [name, start])).toEqual([
      ['main', 0],
      ['callee', 5],
    ]);
    expect([0, 1, 2].map((pc) => targetAt(program, pc))).toEqual([5, 3, 0]);
  });

  it('throws on a label that is bound nowhere', () => {
    const main = new Routine('main');
    main.goto(main.label(), false);
    expect(() => linkRoutines([main], { types: [], maps: [] })).toThrow('unbound label');
  });

  it('throws on a program that is none', () => {
    const main = new Routine('main');
    main.push(zero);
    expect(() => linkRoutines([main], { types: [], maps: [] })).toThrow('invalid program');
  });
});
