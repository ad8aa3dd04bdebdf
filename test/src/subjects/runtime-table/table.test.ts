/** Push, delete and hand-over on frame memory, against a model of who owns what. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Entry, isAlias } from '../../../../src/subjects/runtime-table/entry.js';
import { entryOffset, type TableDesign, type Tables } from '../../../../src/subjects/runtime-table/layout.js';
import { clone, handOver, push, pushSlots, remove } from '../../../../src/subjects/runtime-table/table.js';
import { COMPACT, FrameMemory, PER_FRAME, SHARED } from './frames.js';

const TABLES: Tables = {
  ...PER_FRAME,
  layouts: [
    { entries: 2, above: 8 },
    { entries: 2, above: 0 },
    { entries: 0, above: 0 },
  ],
};

function zeroedOf(subprogram: number, { layouts, format } = TABLES): number[] {
  const table = layouts[subprogram];
  if (table === undefined) return [];
  return Array.from({ length: table.entries }, (_, entry) => entryOffset(table, format, entry));
}

function memoryOf(...subprograms: readonly number[]): FrameMemory {
  const memory = new FrameMemory();
  for (const subprogram of subprograms) memory.enter(subprogram, zeroedOf(subprogram));
  return memory;
}

/** Entries in the table of a frame. */
function readAll(memory: FrameMemory, frame: number, tables = TABLES): Entry[] {
  return zeroedOf(memory.subprogram(frame), tables).flatMap((offset) => {
    const first = memory.load(frame, offset);
    return first === 0n ? [] : [tables.format.read(first, () => memory.load(frame, offset + 8), memory.register(10))];
  });
}

/** Pointers in the table of a frame. */
function entriesOf(memory: FrameMemory, frame: number, tables = TABLES): bigint[] {
  return readAll(memory, frame, tables).map(({ pointer }) => pointer);
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
    memory.enter(1, zeroedOf(1));
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

/** Number of an object to its address. */
const addressOf = (pointer: bigint) => (pointer === 0n ? 0n : 0xff11_0000_1000_0000n + (pointer << 12n));

describe('the tables of all frames', () => {
  const sized = (design: TableDesign, most: readonly number[], at: number): Tables => ({
    ...design,
    layouts: most.map((entries, subprogram) => {
      const shared = subprogram === 0 ? at : 0;
      return { entries: design.region === 'main' ? shared : entries, above: 0 };
    }),
  });

  test.each([
    ['per frame', PER_FRAME],
    ['in one region', SHARED],
    ['of small entries', COMPACT],
  ])('%s hold exactly what is held and never overflow at the sizes that ownership gives', (_, design) => {
    fc.assert(
      fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
        let atOnce = 0;
        const most = keepBooks(ops, (_step, _pointer, held) => {
          atOnce = Math.max(atOnce, held.length);
        });
        const tables = sized(design, most, atOnce);
        const memory = new FrameMemory();
        memory.enter(0, zeroedOf(0, tables));
        keepBooks(ops, (step, number, held) => {
          const pointer = addressOf(number);
          if (step.do === 'enter') memory.enter(memory.depth, zeroedOf(memory.depth, tables));
          if (step.do === 'exit') {
            if (design.region === 'frame') handOver(tables, memory);
            memory.frames.pop();
          }
          if (step.do === 'acquire') pushed(memory, pointer, Number(number), tables);
          if (step.do === 'release') removed(memory, pointer, tables);
          const listed = memory.frames.flatMap((_, frame) => readAll(memory, frame, tables));
          const words = listed.map(({ pointer, type }) => `${pointer} ${type}`).sort();
          expect(words).toEqual(held.map((owned) => `${addressOf(owned.pointer)} ${owned.pointer}`).sort());
        });
        expect(memory.overflows).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each([
  ['wide', TABLES],
  ['packed', { ...TABLES, ...COMPACT }],
  [
    'shared',
    {
      ...SHARED,
      layouts: [
        { entries: 4, above: 8 },
        { entries: 0, above: 0 },
      ],
    },
  ],
] satisfies [string, Tables][])('entries for slots, %s', (_, tables) => {
  const FP = 0xffff_c900_0001_8200n;
  const INNER = 0xffff_c900_0002_8200n;

  function memoryOf(...subprograms: readonly number[]): FrameMemory {
    const memory = new FrameMemory();
    for (const subprogram of subprograms) memory.enter(subprogram, zeroedOf(subprogram, tables));
    memory.registers[10] = subprograms.length === 1 ? FP : INNER;
    return memory;
  }

  function made(memory: FrameMemory, pointer: bigint): void {
    memory.registers[4] = pointer;
    pushSlots(tables, memory, 4, 1);
  }

  function cloned(memory: FrameMemory, from: bigint, to: bigint): void {
    memory.registers[1] = from;
    memory.registers[2] = to;
    clone(tables, memory);
  }

  const all = (memory: FrameMemory) => memory.frames.flatMap((_, frame) => readAll(memory, frame, tables));

  /** Pointers that a throw would release. */
  function standing(memory: FrameMemory): bigint[] {
    return all(memory).flatMap((entry) => (isAlias(tables.format, entry) ? [] : [entry.pointer]));
  }

  test('pushSlots keeps type and key, clone adds an alias that is not released', () => {
    const memory = memoryOf(0);
    made(memory, FP - 16n);
    cloned(memory, FP - 16n, FP - 40n);
    expect(all(memory).map(({ pointer, type }) => [pointer, type])).toEqual([
      [FP - 16n, 1],
      [FP - 40n, 1],
    ]);
    expect(standing(memory)).toEqual([FP - 16n]);
  });

  test('remove by a clone frees all entries of the dynptr, and no other', () => {
    const memory = memoryOf(0);
    made(memory, FP - 104n);
    memory.enter(1, zeroedOf(1, tables));
    memory.registers[10] = INNER;
    cloned(memory, FP - 104n, INNER - 24n);
    made(memory, INNER - 48n);
    removed(memory, INNER - 24n, tables);
    expect(all(memory).map(({ pointer }) => pointer)).toEqual([INNER - 48n]);
  });

  test('handOver: a clone in the caller takes over from slots that go with the frame', () => {
    const memory = memoryOf(0, 1);
    made(memory, INNER - 16n);
    cloned(memory, INNER - 16n, FP - 16n);
    handOver(tables, memory);
    expect(all(memory).map(({ pointer }) => pointer)).toEqual([FP - 16n]);
    expect(standing(memory)).toEqual([FP - 16n]);
    expect(readAll(memory, 0, tables)).toHaveLength(1);
  });

  test('handOver: a clone that goes with the frame leaves the dynptr of the caller as it is', () => {
    const memory = memoryOf(0, 1);
    made(memory, FP - 16n);
    cloned(memory, FP - 16n, INNER - 16n);
    handOver(tables, memory);
    expect(all(memory).map(({ pointer }) => pointer)).toEqual([FP - 16n]);
    expect(standing(memory)).toEqual([FP - 16n]);
  });

  test('handOver: slots of the caller are handed over like any resource', () => {
    const memory = memoryOf(0, 1);
    made(memory, FP - 16n);
    handOver(tables, memory);
    expect(standing(memory)).toEqual([FP - 16n]);
    expect(readAll(memory, 0, tables)).toHaveLength(1);
  });

  test('handOver: below a caller that is not main nothing is lost', () => {
    const memory = memoryOf(0, 1, 1);
    made(memory, FP - 16n);
    handOver(tables, memory);
    memory.frames.pop();
    expect(standing(memory)).toEqual([FP - 16n]);
    expect(memory.overflows).toEqual([]);
  });
});
