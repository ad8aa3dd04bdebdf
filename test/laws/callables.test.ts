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
  stackResource,
} from '../../src/isa/callables.js';
import { KINDS, type Kind } from '../../src/isa/kinds.js';
import { program, world } from '../oracles/machine/harness.js';

/** How to come by an owned object of a kind, in R0. */
const ACQUIRE: Readonly<Record<Kind, string>> = {
  ring: '    r1 = map[events] ll\n    r2 = 8\n    r3 = 0\n    call bpf_ringbuf_reserve\n',
  task: '    r1 = 1\n    call bpf_task_from_pid\n',
  cgroup: '    r1 = 1\n    call bpf_cgroup_from_id\n',
  object: '    r1 = type[node] ll\n    call bpf_obj_new_impl\n',
  socket: '    r1 = r7\n    r2 = r10\n    r2 += -64\n    r3 = 12\n    r4 = 0\n    r5 = 0\n    call bpf_sk_lookup_tcp\n',
  dynptr:
    '    r1 = map[events] ll\n    r2 = 64\n    r3 = 0\n    r4 = r10\n    r4 += -16\n    call bpf_ringbuf_reserve_dynptr\n',
  iter_num: '    r1 = r10\n    r1 += -24\n    r2 = 0\n    r3 = 3\n    call bpf_iter_num_new\n',
  iter_task: '    r1 = r10\n    r1 += -24\n    r2 = 0\n    r3 = 0\n    call bpf_iter_task_new\n',
};

/** fp-16 is where things on the stack are made first, fp-40 where a clone goes. */
function argument(type: ArgType, register: number): string {
  switch (type.is) {
    case 'scalar':
      // 0 is a legal value for flags, pids, ids and levels; a dynptr's size and offset.
      return `    r${register} = 0\n`;
    case 'constant':
      return `    r${register} = 16\n`;
    case 'local-type':
      return `    r${register} = type[node] ll\n`;
    case 'ignored':
      return '';
    case 'null':
      return `    r${register} = 0\n`;
    case 'map':
      return `    r${register} = map[events] ll\n`;
    case 'ctx':
      return `    r${register} = r7\n`;
    case 'memory':
      return `    r${register} = r10\n    r${register} += -64\n`;
    case 'object':
    case 'socket':
      return `    r${register} = r6\n`;
    case 'dynptr':
      return `    r${register} = r10\n    r${register} += ${type.state === 'init' ? -16 : -40}\n`;
    case 'iterator':
      return `    r${register} = r10\n    r${register} += ${type.state === 'init' ? -24 : -48}\n`;
  }
}

/** What must be there before the call: code, and how many attempts it makes. */
function needs(row: CallableRow): { readonly code: string; readonly attempts: number } {
  const object = row.args.find(
    (arg) => (arg.is === 'object' && KINDS[arg.kind].lives === 'register') || arg.is === 'socket',
  );
  if (object?.is === 'object') return { code: `${ACQUIRE[object.kind]}    r6 = r0\n`, attempts: 1 };
  if (object?.is === 'socket') return { code: `${ACQUIRE.socket}    r6 = r0\n`, attempts: 1 };
  const resident = row.args.find((arg) => 'state' in arg && arg.state === 'init');
  if (resident?.is === 'dynptr') return { code: ACQUIRE.dynptr, attempts: 1 };
  if (resident?.is === 'iterator') return { code: ACQUIRE[resident.kind], attempts: 0 };
  return { code: '', attempts: 0 };
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
  const setup = needs(row);
  const args = row.args.map((arg, index) => argument(arg, index + 1)).join('');
  const source = program(`main:\n    r7 = r1\n${setup.code}${args}    call ${name}\n    exit\n`);
  const callPc = source.length - 2;
  const machine = new Machine();
  machine.load({ program: source });
  const where = world(fail ? { fail: [setup.attempts + 1], draw: [5n] } : { draw: [5n] });
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
    const resource = row.returns.is === 'scalar' ? stackResource(row) : undefined;
    const kind = row.returns.is === 'object' ? row.returns.kind : (resource?.kind ?? 'socket');
    expect(gained.map((each) => each.split('#')[0])).toEqual(row.acquires ? [kind] : []);
    const released = row.releases === undefined ? undefined : row.args[row.releases];
    const kindOf = (): string | undefined => {
      if (released?.is === 'object') return released.owned ? released.kind : undefined;
      return released?.is === 'socket' ? 'socket' : stackResource(row)?.kind;
    };
    const owned = [kindOf()];
    expect(lost.map((each) => each.split('#')[0])).toEqual(row.releases === undefined ? [] : owned);
  });

  it('returns NULL and leaves the ledger alone exactly if its row says that it may fail', () => {
    const { before, after, r0 } = observe(name, true);
    const mayFail = (row.returns.is === 'object' && row.returns.mayBeNull) || row.returns.is === 'socket';
    if (mayFail) {
      expect(r0).toBe('null');
      expect(after).toEqual(before);
    } else if (row.acquires && stackResource(row)?.kind === 'dynptr') {
      // Made even if the reservation fails: it must be released all the same.
      expect(after.length).toBe(before.length + 1);
      expect(r0).toBe('scalar');
    } else {
      expect(observe(name, false)).toEqual({ before, after, r0, outcome: observe(name, false).outcome });
    }
  });

  it('returns what its row says', () => {
    const { r0, outcome } = observe(name, false);
    if (outcome === 'throw') return;
    // 0, the answer of what has worked, looks like NULL.
    const words = {
      void: ['poison'],
      scalar: ['scalar', 'null'],
      object: ['object'],
      socket: ['object'],
      data: ['object'],
      element: ['object', 'frame'],
    } as const satisfies Record<typeof row.returns.is, readonly string[]>;
    expect(words[row.returns.is]).toContain(r0);
  });
});
