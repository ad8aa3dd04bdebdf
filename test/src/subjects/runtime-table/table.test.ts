/** Push, delete and hand-over on frame memory, against a model of who owns what. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryOffset, type TableLayout } from '../../../../src/subjects/runtime-table/layout.js';
import {
  clone,
  handOver,
  isAlias,
  push,
  pushSlots,
  remove,
  typeNumber,
} from '../../../../src/subjects/runtime-table/table.js';
import { FrameMemory } from './frames.js';

const TABLES: readonly TableLayout[] = [
  { entries: 2, above: 8 },
  { entries: 2, above: 0 },
  { entries: 0, above: 0 },
];

function zeroedOf(table: TableLayout | undefined): number[] {
  return table === undefined ? [] : Array.from({ length: table.entries }, (_, entry) => entryOffset(table, entry));
}

function memoryOf(...subprograms: readonly number[]): FrameMemory {
  const memory = new FrameMemory();
  for (const subprogram of subprograms) memory.enter(subprogram, zeroedOf(TABLES[subprogram]));
  return memory;
}

/** Pointers in the table of a frame. */
function entriesOf(memory: FrameMemory, frame: number, tables = TABLES): bigint[] {
  const table = tables[memory.subprogram(frame)];
  return zeroedOf(table).flatMap((offset) => (memory.load(frame, offset) === 0n ? [] : [memory.load(frame, offset)]));
}

function pushed(memory: FrameMemory, pointer: bigint, type = 0, tables = TABLES): void {
  memory.registers[0] = pointer;
  push(tables, memory, type);
}

function removed(memory: FrameMemory, pointer: bigint, tables = TABLES): void {
  memory.registers[1] = pointer;
  remove(tables, memory, 1);
}

describe('push', () => {
  test('push writes pointer and type word below the stack of the program', () => {
    const memory = memoryOf(0);
    pushed(memory, 0x10n, 3);
    expect([memory.load(0, -24), memory.load(0, -16)]).toEqual([0x10n, 3n]);
  });

  test('push ignores NULL, and gives the same object acquired twice two entries', () => {
    const memory = memoryOf(0);
    pushed(memory, 0n);
    pushed(memory, 0x10n);
    pushed(memory, 0x10n);
    expect(entriesOf(memory, 0)).toEqual([0x10n, 0x10n]);
    removed(memory, 0x10n);
    expect(entriesOf(memory, 0)).toEqual([0x10n]);
  });

  test('push into a full table reports an overflow', () => {
    const memory = memoryOf(0);
    for (const pointer of [1n, 2n, 3n]) pushed(memory, pointer);
    expect(memory.overflows).toHaveLength(1);
  });
});

describe('remove', () => {
  test('remove searches from the current frame outward and takes exactly one', () => {
    const memory = memoryOf(0);
    pushed(memory, 0x10n);
    memory.enter(1, zeroedOf(TABLES[1]));
    pushed(memory, 0x10n);
    memory.enter(2, []);
    removed(memory, 0x10n);
    expect([entriesOf(memory, 0), entriesOf(memory, 1)]).toEqual([[0x10n], []]);
    removed(memory, 0x10n);
    expect([entriesOf(memory, 0), entriesOf(memory, 1)]).toEqual([[], []]);
    removed(memory, 0x10n);
    removed(memory, 0n);
    expect(memory.overflows).toEqual([]);
  });
});

describe('remove of an address without entry', () => {
  test('remove leaves the entries of others', () => {
    const memory = memoryOf(0);
    pushed(memory, 0x10n);
    removed(memory, 0x20n);
    expect(entriesOf(memory, 0)).toEqual([0x10n]);
  });
});

describe('handOver', () => {
  test('handOver moves what is left to the caller, types included', () => {
    const memory = memoryOf(0, 1);
    pushed(memory, 0x10n, 1);
    pushed(memory, 0x20n, 2);
    removed(memory, 0x10n);
    handOver(TABLES, memory);
    expect([entriesOf(memory, 0), entriesOf(memory, 1)]).toEqual([[0x20n], []]);
    expect(memory.load(0, -16)).toBe(2n);
  });

  test('handOver in main does nothing', () => {
    const memory = memoryOf(0);
    pushed(memory, 0x10n);
    handOver(TABLES, memory);
    expect(entriesOf(memory, 0)).toEqual([0x10n]);
  });
});

type Op =
  | { readonly do: 'enter' }
  | { readonly do: 'exit' }
  | { readonly do: 'acquire'; readonly pointer: number }
  | { readonly do: 'release'; readonly pick: number };
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.constant<Op>({ do: 'enter' }),
  fc.constant<Op>({ do: 'exit' }),
  fc.record({ do: fc.constant('acquire' as const), pointer: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: fc.constant('release' as const), pick: fc.nat() }),
);

interface Owned {
  readonly pointer: bigint;
  frame: number;
}

/**
 * The verifier's books: a reference belongs to the frame that acquired it, then to its caller; a release may take any
 * reference of that address. Subprogram = depth. Calls `at` after every step with the references then held.
 */
function keepBooks(ops: readonly Op[], at: (op: Op, pointer: bigint, held: readonly Owned[]) => void): number[] {
  const held: Owned[] = [];
  const most = [0, 0, 0, 0];
  let depth = 1;
  for (const step of ops) {
    let pointer = 0n;
    if (step.do === 'enter') {
      if (depth === most.length) continue;
      depth++;
    } else if (step.do === 'exit') {
      if (depth === 1) continue;
      depth--;
      for (const owned of held) if (owned.frame === depth) owned.frame = depth - 1;
    } else if (step.do === 'acquire') {
      pointer = BigInt(step.pointer);
      if (pointer !== 0n) held.push({ pointer, frame: depth - 1 });
    } else {
      const [owned] = held.splice(step.pick % Math.max(1, held.length), 1);
      if (owned === undefined) continue;
      pointer = owned.pointer;
    }
    for (const frame of most.keys()) {
      const count = held.filter((owned) => owned.frame === frame).length;
      if (frame < depth) most[frame] = Math.max(most[frame] ?? 0, count);
    }
    at(step, pointer, held);
  }
  return most;
}

describe('the tables of all frames', () => {
  test('hold exactly what is held and never overflow at the sizes that ownership gives', () => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
        const most = keepBooks(ops, () => undefined);
        const tables = most.map((entries) => ({ entries, above: 0 }));
        const memory = new FrameMemory();
        memory.enter(0, zeroedOf(tables[0]));
        keepBooks(ops, (step, pointer, held) => {
          if (step.do === 'enter') memory.enter(memory.depth, zeroedOf(tables[memory.depth]));
          if (step.do === 'exit') {
            handOver(tables, memory);
            memory.frames.pop();
          }
          if (step.do === 'acquire') pushed(memory, pointer, 0, tables);
          if (step.do === 'release') removed(memory, pointer, tables);
          const listed = memory.frames.flatMap((_, frame) => entriesOf(memory, frame, tables));
          expect(listed.map(String).sort()).toEqual(held.map((owned) => String(owned.pointer)).sort());
        });
        expect(memory.overflows).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('entries for slots', () => {
  const FP = 0x9000n;
  const INNER = 0x8000n;

  function made(memory: FrameMemory, pointer: bigint): void {
    memory.registers[4] = pointer;
    pushSlots(TABLES, memory, 4, 1);
  }

  function cloned(memory: FrameMemory, from: bigint, to: bigint): void {
    memory.registers[1] = from;
    memory.registers[2] = to;
    clone(TABLES, memory);
  }

  /** Pointers that a throw would release, by frame. */
  function standing(memory: FrameMemory, frame: number): bigint[] {
    const table = TABLES[memory.subprogram(frame)];
    return zeroedOf(table).flatMap((offset) => {
      const [pointer, word] = [memory.load(frame, offset), memory.load(frame, offset + 8)];
      return pointer === 0n || isAlias(pointer, word) ? [] : [pointer];
    });
  }

  test('pushSlots keeps type and key, clone adds an alias that is not released', () => {
    const memory = memoryOf(0);
    made(memory, FP - 16n);
    cloned(memory, FP - 16n, FP - 40n);
    expect(entriesOf(memory, 0)).toEqual([FP - 16n, FP - 40n]);
    expect(standing(memory, 0)).toEqual([FP - 16n]);
    expect(zeroedOf(TABLES[0]).map((offset) => typeNumber(memory.load(0, offset + 8)))).toEqual([1, 1]);
  });

  test('remove by a clone frees all entries of the dynptr, and no other', () => {
    const memory = memoryOf(0);
    made(memory, FP - 100n);
    memory.enter(1, zeroedOf(TABLES[1]));
    cloned(memory, FP - 100n, INNER - 24n);
    made(memory, INNER - 48n);
    removed(memory, INNER - 24n);
    expect([entriesOf(memory, 0), entriesOf(memory, 1)]).toEqual([[], [INNER - 48n]]);
  });

  test('handOver: a clone in the caller takes over from slots that go with the frame', () => {
    const memory = memoryOf(0, 1);
    memory.registers[10] = INNER;
    made(memory, INNER - 16n);
    cloned(memory, INNER - 16n, FP - 16n);
    handOver(TABLES, memory);
    expect([entriesOf(memory, 0), entriesOf(memory, 1)]).toEqual([[FP - 16n], []]);
    expect(standing(memory, 0)).toEqual([FP - 16n]);
  });

  test('handOver: slots of the caller are handed over like any resource', () => {
    const memory = memoryOf(0, 1);
    memory.registers[10] = INNER;
    made(memory, FP - 16n);
    handOver(TABLES, memory);
    expect(standing(memory, 0)).toEqual([FP - 16n]);
  });
});
