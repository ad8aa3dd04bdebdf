/** Every callable, run in the machine with success and with failure, does to the ledger what its row declares. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../oracles/machine/machine.js';
import { fixedWorld } from '../../oracles/world.js';
import {
  type ArgType,
  CALLABLE_NAMES,
  CALLABLES,
  type CallableName,
  type CallableRow,
} from '../../src/isa/callables.js';
import type { Kind } from '../../src/isa/kinds.js';
import { program, world } from '../oracles/machine/harness.js';

/** How to come by an owned object of a kind, in R0. */
const ACQUIRE: Readonly<Record<Kind, string>> = {
  ring: '    r1 = map[events] ll\n    r2 = 8\n    r3 = 0\n    call bpf_ringbuf_reserve\n',
  task: '    r1 = 1\n    call bpf_task_from_pid\n',
  cgroup: '    r1 = 1\n    call bpf_cgroup_from_id\n',
  object: '    r1 = type[node] ll\n    call bpf_obj_new_impl\n',
};

function argument(type: ArgType, register: number): string {
  switch (type.is) {
    case 'scalar':
      // 0 is a legal value for flags, pids, ids and levels.
      return `    r${register} = 0\n`;
    case 'constant':
      return `    r${register} = 16\n`;
    case 'local-type':
      return `    r${register} = type[node] ll\n`;
    case 'ignored':
      return '';
    case 'map':
      return `    r${register} = map[events] ll\n`;
    case 'object':
      return `    r${register} = r6\n`;
  }
}

interface Change {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly r0: string;
  readonly outcome: string;
}

/** The ledger around one call of the callable; `fail`: the attempt made by the call itself returns NULL. */
function observe(name: CallableName, fail: boolean): Change {
  const row: CallableRow = CALLABLES[name];
  const needed = row.args.find((arg) => arg.is === 'object');
  const setup = needed?.is === 'object' ? `${ACQUIRE[needed.kind]}    r6 = r0\n` : '';
  const args = row.args.map((arg, index) => argument(arg, index + 1)).join('');
  const source = program(`main:\n${setup}${args}    call ${name}\n    exit\n`);
  const callPc = source.length - 2;
  const machine = new Machine();
  machine.load({ program: source });
  const attempts = setup === '' ? 1 : 2;
  const where = world(fail ? { fail: [attempts], draw: [5n] } : { draw: [5n] });
  machine.run(fixedWorld(where), 100, { pc: callPc, visit: 1 });
  expect(machine.outcome).toEqual({ how: 'stop' });
  const before = machine.ledger.names();
  machine.run(fixedWorld(where), 100);
  return {
    before,
    after: machine.ledger.names(),
    r0: machine.classify(machine.register(0)).is,
    outcome: machine.outcome.how,
  };
}

describe.each(CALLABLE_NAMES)('%s', (name) => {
  const row: CallableRow = CALLABLES[name];

  it('acquires and releases what its row says', () => {
    const { before, after, outcome } = observe(name, false);
    const gained = after.filter((each) => !before.includes(each));
    const lost = before.filter((each) => !after.includes(each));
    expect(outcome).toBe(row.throws === true ? 'throw' : 'exit');
    const kind = row.returns.is === 'object' ? row.returns.kind : undefined;
    expect(gained.map((each) => each.split('#')[0])).toEqual(row.acquires ? [kind] : []);
    const released = row.releases === undefined ? undefined : row.args[row.releases];
    const owned = released?.is === 'object' && released.owned ? [released.kind] : [];
    expect(lost.map((each) => each.split('#')[0])).toEqual(row.releases === undefined ? [] : owned);
  });

  it('returns NULL and leaves the ledger alone exactly if its row says that it may fail', () => {
    const { before, after, r0 } = observe(name, true);
    const mayFail = row.returns.is === 'object' && row.returns.mayBeNull;
    if (mayFail) {
      expect(r0).toBe('null');
      expect(after).toEqual(before);
    } else {
      expect(observe(name, false)).toEqual({ before, after, r0, outcome: observe(name, false).outcome });
    }
  });

  it('returns what its row says', () => {
    const { r0, outcome } = observe(name, false);
    if (outcome === 'throw') return;
    expect(r0).toBe(({ void: 'poison', scalar: 'scalar', object: 'object' } as const)[row.returns.is]);
  });
});
