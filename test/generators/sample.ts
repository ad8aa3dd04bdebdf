/** Samples for tests of the generators: programs of some menu rows only, and what they do in a few worlds. */
import seedrandom from 'seedrandom';
import { seededChoices } from '../../generators/choices.js';
import { MENU_ROW_NAMES, type MenuRowName } from '../../generators/menu.js';
import { PROFILES, type Profile } from '../../generators/profile.js';
import { type Generated, generate } from '../../generators/program.js';
import { WorldExplorer } from '../../oracles/explore.js';
import { Machine } from '../../oracles/machine/machine.js';
import { opAt, type Program } from '../../src/isa/program.js';

const FUEL = 20_000;

/** The default profile with the given rows alone, all alike. */
export function profileOf(rows: readonly MenuRowName[], changes: Partial<Profile> = {}): Profile {
  const weights = { ...PROFILES.default.rows };
  for (const name of MENU_ROW_NAMES) Object.assign(weights, { [name]: rows.includes(name) ? 1 : 0 });
  return { ...PROFILES.default, ...changes, rows: weights };
}

/** The first `count` programs of a profile. */
export function sample(profile: Profile, count: number, seed = 'sample'): readonly Generated[] {
  return Array.from({ length: count }, (_, index) => generate(seededChoices(seed, index), profile));
}

export interface Behaviour {
  readonly exits: number;
  readonly throws: number;
  /** Most resources held at a throw. */
  readonly heldAtThrow: number;
  /** Names of what was held at throws, over all worlds. */
  readonly names: ReadonlySet<string>;
  /** Most frames that owned something at one throw. */
  readonly holdingFrames: number;
  /** What no generated program may do: faults, running out of fuel, an exit with something held. */
  readonly wrongs: readonly string[];
}

/** Runs a program in up to `worlds` worlds. */
export function behave(program: Program, worlds = 12): Behaviour {
  const machine = new Machine();
  machine.load({ program });
  const explorer = new WorldExplorer(program, seedrandom.alea('worlds'), worlds, FUEL);
  let exits = 0;
  let throws = 0;
  let heldAtThrow = 0;
  let holdingFrames = 0;
  const names = new Set<string>();
  const wrongs: string[] = [];
  for (let source = explorer.next(); source !== undefined; source = explorer.next()) {
    machine.run(source, FUEL);
    const { outcome, ledger } = machine;
    if (outcome.how === 'exit') {
      exits++;
      if (ledger.heldCount > 0) wrongs.push(`exit holding ${ledger.names().join(' ')}`);
    } else if (outcome.how === 'throw') {
      throws++;
      heldAtThrow = Math.max(heldAtThrow, ledger.heldCount);
      for (const name of ledger.names()) names.add(name);
      const owners = ledger.entries().filter(({ held }) => held);
      holdingFrames = Math.max(holdingFrames, new Set(owners.map(({ frame }) => frame)).size);
    } else wrongs.push(outcome.how === 'fault' ? outcome.message : outcome.how);
  }
  return { exits, throws, heldAtThrow, names, holdingFrames, wrongs };
}

/** What a profile's programs do, taken together. */
export function behaveAll(profile: Profile, count: number, worlds = 12): Behaviour {
  const all = sample(profile, count).map(({ program }) => behave(program, worlds));
  return {
    exits: all.reduce((sum, { exits }) => sum + exits, 0),
    throws: all.reduce((sum, { throws }) => sum + throws, 0),
    heldAtThrow: Math.max(...all.map(({ heldAtThrow }) => heldAtThrow)),
    holdingFrames: Math.max(...all.map(({ holdingFrames }) => holdingFrames)),
    names: new Set(all.flatMap(({ names }) => [...names])),
    wrongs: all.flatMap(({ wrongs }) => wrongs),
  };
}

/** Names of all instructions in a profile's programs. */
export function opsOf(profile: Profile, count: number): ReadonlySet<string> {
  const ops = new Set<string>();
  for (const { program } of sample(profile, count)) {
    for (let pc = 0; pc < program.length; pc++) ops.add(opAt(program, pc) ?? '');
  }
  return ops;
}

/** The kinds in names like `task#1`. */
export function kindsOf(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].map((name) => name.replace(/#.*/, '')));
}
