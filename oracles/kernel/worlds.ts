/**
 * Worlds beyond those that the judge explores: it takes context words and drawn numbers from the constants that a program
 * compares with, but a program may look at a byte, a half or a bit of them. Here each byte is drawn for itself.
 */
import seedrandom from 'seedrandom';
import { OP_ROWS } from '../../src/isa/op.js';
import type { Program } from '../../src/isa/program.js';
import type { World } from '../world.js';

const CONTEXT_WORDS = 5;
const DRAWS = 24;
const ATTEMPTS = 24;

/** So many worlds for a program; the same seed gives the same ones. */
export function bytewiseWorlds(program: Program, seed: string, count: number, fuel: number): readonly World[] {
  const random = seedrandom.alea(seed);
  const constants = comparedWith(program);
  const pick = () => constants[Math.floor(random() * constants.length)] ?? 0n;
  const byte = () => (random() < 0.5 ? pick() & 0xffn : BigInt(Math.floor(random() * 256)));
  const value = (bytes: number): bigint => {
    if (random() < 0.5) return BigInt.asUintN(8 * bytes, pick());
    let made = 0n;
    for (let at = 0; at < bytes; at++) made = (made << 8n) | (random() < 0.5 ? 0n : byte());
    return made;
  };
  return Array.from({ length: count }, () => {
    const failing = random() * 0.5;
    return {
      cb: Array.from({ length: CONTEXT_WORDS }, () => Number(value(4))),
      draw: Array.from({ length: DRAWS }, () => value(8)),
      fail: Array.from({ length: ATTEMPTS }, (_, at) => at + 1).filter(() => random() < failing),
      fuel,
    };
  });
}

/** 0, 1 and the constants that a program compares with, one more and one less. */
function comparedWith(program: Program): readonly bigint[] {
  const constants = new Set([0n, 1n]);
  for (let pc = 0; pc < program.length; pc++) {
    if (OP_ROWS[program.op[pc] ?? -1]?.shape !== 'jump') continue;
    const constant = BigInt(program.imm[pc] ?? 0);
    for (const near of [constant, constant - 1n, constant + 1n]) constants.add(near);
  }
  return [...constants];
}
