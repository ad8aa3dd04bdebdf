import { describe, expect, it } from 'vitest';
import { findOp, labelProblem, nearest, registerName, symbolsOf } from '../../../src/asm/syntax.js';
import { OP_NAMES, OPS } from '../../../src/isa/op.js';

describe('findOp', () => {
  it('finds every op by what is written, so no two are written alike', () => {
    for (const name of OP_NAMES) {
      const { shape, width, symbol } = OPS[name];
      expect(findOp(shape, width, symbol)).toBe(name);
    }
  });
});

describe('symbolsOf', () => {
  it('lists the symbols of a shape once', () => {
    expect(symbolsOf('fetch')).toEqual(['add', 'or', 'and', 'xor']);
  });
});

describe('registerName', () => {
  it('uses w below 64 bits', () => {
    expect([registerName(3, 64), registerName(3, 32), registerName(3, 8)]).toEqual(['r3', 'w3', 'w3']);
  });
});

describe('labelProblem', () => {
  it('refuses registers, keywords, callables and what is no word', () => {
    for (const word of ['r1', 'w99', 'goto', 'exit', 'bpf_throw', 'bpf_obj_new', 'a b', '9x', '']) {
      expect(labelProblem(word), word).toBeDefined();
    }
    for (const word of ['main', 'l7', 'LBB0_1', 'f.isra.0', '_x']) expect(labelProblem(word), word).toBeUndefined();
  });
});

describe('nearest', () => {
  it('suggests only what is near', () => {
    expect(nearest('bpf_task_relase', ['bpf_task_release', 'bpf_cgroup_release'])).toBe('bpf_task_release');
    expect(nearest('guard', ['bpf_task_release'])).toBeUndefined();
  });
});
