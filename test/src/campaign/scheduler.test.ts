/** Tests of the ordered scheduler. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../../src/campaign/scheduler.js';

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

const ticks = async (count: number) => {
  for (let tick = 0; tick < count; tick++) await Promise.resolve();
};

describe('inOrder', () => {
  it('inOrder yields in task order whatever finishes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 5 }), async (delays, workers) => {
        const run = async (index: number) => {
          await ticks(delays[index] ?? 0);
          return index;
        };
        const out = await collect(inOrder(delays.keys(), workers, run, () => false));
        expect(out).toEqual([...delays.keys()]);
      }),
    );
  });

  it('inOrder yields a contiguous prefix when it is stopped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        fc.integer({ min: 1, max: 4 }),
        fc.func(fc.nat(5)),
        async (after, workers, delay) => {
          let begun = 0;
          const endless = function* () {
            for (let index = 0; ; index++) yield index;
          };
          const run = async (index: number) => {
            begun++;
            await ticks(delay(index));
            return index;
          };
          const out = await collect(inOrder(endless(), workers, run, () => begun >= after));
          expect(out).toEqual([...out.keys()]);
          expect(out.length).toBe(begun);
        },
      ),
    );
  });

  it('inOrder bounds how many run at once', async () => {
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await ticks(3);
      running--;
    };
    await collect(inOrder(Array.from({ length: 40 }).keys(), 3, run, () => false));
    expect(most).toBe(3);
  });

  it('inOrder passes on what a task throws', async () => {
    const run = () => Promise.reject(new Error('broken'));
    await expect(collect(inOrder([1], 2, run, () => false))).rejects.toThrow('broken');
  });
});
