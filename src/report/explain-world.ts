/**
 * One world of a case as a story: what the original acquired and released up to its throw, in which abstract state it
 * threw, then frame by frame what each design released there, what that really was, and what was leaked.
 */
import { compareRuns, digest } from '../../oracles/behaviour.js';
import { judgeCleanup } from '../../oracles/cleanup.js';
import { ContainmentChecker } from '../../oracles/containment.js';
import { formatDefect } from '../../oracles/defect.js';
import { type HistoryEvent, recordHistory } from '../../oracles/history.js';
import { Machine } from '../../oracles/machine/machine.js';
import type { MachineRelease, UnwindResult } from '../../oracles/machine/unwinding.js';
import { outcomeText } from '../../oracles/outcome.js';
import { fixedWorld, type StopPoint, type World } from '../../oracles/world.js';
import type { Location } from '../contract/location.js';
import type { Program } from '../isa/program.js';
import type { Prepared } from '../subjects/subject.js';
import type { RecordedAnalysis } from '../verify/walk.js';
import { offsetText } from './explain-cell.js';
import type { ExplainedDescriptors, ExplainedTables } from './explain-design.js';
import type { States } from './explain-states.js';
import { locationText } from './finding-text.js';

/** A resource held where the run ended. */
export interface HeldResource {
  readonly resource: string;
  readonly destructor: string;
  /** `r7`, `fp-8`, or `nowhere`; in which frame. */
  readonly location: string;
  readonly frame: number;
}

/** One release that a design asked for. */
export interface ExplainedRelease {
  readonly location: string;
  readonly destructor: string;
  /** What the design took it for. */
  readonly claim: string;
  readonly address: bigint;
  /** What was there: a resource, or in words what it is instead. */
  readonly got: string;
  readonly effect: MachineRelease['effect'];
  readonly truth: MachineRelease['truth'];
}

/** A used entry of a runtime table, as it lies in the frame. */
export interface TableWord {
  readonly entry: number;
  /** Offset of the pointer word from the frame pointer. */
  readonly offset: number;
  readonly pointer: bigint;
  readonly got: string;
  /** Number of the type in `TableKnowledge.types`, and its destructor. */
  readonly type: number;
  readonly destructor?: string;
  /** Another entry stands for the same resource. */
  readonly alias: boolean;
}

/** What a design did in one frame. */
export interface DesignFrame {
  readonly frame: number;
  readonly releases: readonly ExplainedRelease[];
  /** Of a descriptor design: entries that it passed over because it read 0 there, and what is there in truth. */
  readonly skipped?: readonly { readonly location: string; readonly holds: string }[];
  /** Of a descriptor design: whether it has a descriptor for the frame's pc, or leaves the frame without restoring registers. */
  readonly descriptor?: 'found' | 'none' | 'none, frame left';
  /** Of a table design: the entries in use. */
  readonly table?: readonly TableWord[];
}

/** What came of one design in one world. */
export interface DesignRun {
  readonly design: string;
  /** `right`, or the worst finding. */
  readonly verdict: string;
  readonly defect?: string;
  /** The finding in one sentence. */
  readonly detail?: string;
  /** Innermost first. */
  readonly frames: readonly DesignFrame[];
  readonly leaked: readonly string[];
}

/** A frame of the stopped program; `pc` is original. */
export interface StoppedAt {
  readonly frame: number;
  readonly subprogram: string;
  readonly pc: number;
}

export interface WorldStory {
  /** Counted from 1: of the case's `run` lines, or of the explored worlds. */
  readonly number: number;
  readonly world: World;
  readonly stop?: StopPoint;
  readonly outcome: string;
  /** Original pc where the run ended. */
  readonly pc: number;
  /** Names of the abstract states in which it threw; none if the walk did not record any. */
  readonly states: readonly string[];
  readonly history: readonly HistoryEvent[];
  readonly held: readonly HeldResource[];
  /** Where it stopped, innermost first. */
  readonly stopped: readonly StoppedAt[];
  /** Designs that accepted the program; none unless the run threw. */
  readonly designs: readonly DesignRun[];
}

/** A design that accepted the program. */
export interface PreparedDesign {
  readonly name: string;
  readonly prepared: Prepared;
  readonly knows: ExplainedDescriptors | ExplainedTables | undefined;
}

/** Tells the story of each world asked for. `walk` is absent if the states of the walk could not be kept. */
export class Storyteller {
  readonly #machine = new Machine();

  constructor(
    private readonly program: Program,
    private readonly designs: readonly PreparedDesign[],
    private readonly states: States | undefined,
    private readonly walk: RecordedAnalysis | undefined,
  ) {
    this.#machine.load({ program });
  }

  tell(number: number, world: World, stop: StopPoint | undefined): WorldStory {
    const machine = this.#machine;
    const states = this.#statesOf(world, stop);
    const history = recordHistory(machine, this.program, fixedWorld(world), world.fuel, stop);
    const threw = machine.outcome.how === 'throw';
    const base = digest(machine);
    return {
      number,
      world,
      ...(stop === undefined ? {} : { stop }),
      outcome: outcomeText(machine.outcome),
      pc: machine.pc,
      states,
      history,
      held: this.#held(),
      stopped: this.#stopped(),
      designs: threw ? this.designs.map((design) => this.#unwind(design, world, base)) : [],
    };
  }

  /** The states that the run throws in, by following the walk. */
  #statesOf(world: World, stop: StopPoint | undefined): readonly string[] {
    if (this.walk === undefined || this.states === undefined) return [];
    const checker = new ContainmentChecker(this.walk, this.#machine);
    checker.begin();
    this.#machine.run(fixedWorld(world), world.fuel, stop);
    checker.end();
    const at = new Set(checker.at);
    const names = this.walk.throws.flatMap(({ node }, visit) =>
      node !== undefined && at.has(node) ? (this.states?.groupOf(visit)?.name ?? []) : [],
    );
    return [...new Set(names)];
  }

  #held(): readonly HeldResource[] {
    const machine = this.#machine;
    const { ledger } = machine;
    const places = new Map(machine.unwind([]).left.map((left) => [left.resource, left]));
    return ledger.held().map((entry) => {
      const resource = ledger.name(entry);
      const place = places.get(resource);
      return {
        resource,
        destructor: ledger.destructorOf(entry),
        location: place?.location ?? 'nowhere',
        frame: place?.frame ?? ledger.frameOf(entry),
      };
    });
  }

  #stopped(): readonly StoppedAt[] {
    const machine = this.#machine;
    const top = machine.depth - 1;
    return Array.from({ length: machine.depth }, (_, outward) => {
      const frame = top - outward;
      return {
        frame,
        subprogram: this.program.subprograms[machine.subprogram(frame)]?.name ?? '?',
        pc: frame === top ? machine.pc : machine.callsite(frame + 1),
      };
    });
  }

  #unwind({ name, prepared, knows }: PreparedDesign, world: World, base: ReturnType<typeof digest>): DesignRun {
    const rewritten = prepared.program !== this.program;
    const machine = rewritten ? new Machine() : this.#machine;
    if (rewritten) {
      machine.load({ ...prepared, stackDepth: prepared.cost.stack });
      machine.run(fixedWorld(world), world.fuel);
      const difference = compareRuns(base, digest(machine));
      if (difference !== undefined) {
        const defect = formatDefect(difference.defect);
        const { verdict } = difference.defect;
        return { design: name, verdict, defect, detail: difference.detail, frames: [], leaked: [] };
      }
    }
    const stopped = machine.stopped();
    const result = machine.unwind(prepared.unwind(stopped));
    const fault = judgeCleanup(result, stopped.frames.length - 1);
    return {
      design: name,
      verdict: fault?.defect.verdict ?? 'right',
      ...(fault === undefined ? {} : { defect: formatDefect(fault.defect), detail: fault.detail }),
      frames: this.#stopped().map((at) => this.#frame(machine, at, result, knows)),
      leaked: result.left.map(({ resource }) => resource),
    };
  }

  #frame(
    machine: Machine,
    { frame, pc, subprogram }: StoppedAt,
    result: UnwindResult,
    knows: PreparedDesign['knows'],
  ): DesignFrame {
    const releases = result.releases
      .filter((release) => release.frame === frame)
      .map((release) => ({
        location: release.location,
        destructor: release.destructor,
        claim: release.because,
        address: release.address,
        got: release.resource ?? addressInWords(machine, this.program, release.address),
        effect: release.effect,
        truth: release.truth,
      }));
    switch (knows?.is) {
      case undefined:
        return { frame, releases };
      case 'descriptors': {
        const site = knows.sites.find((each) => each.pc === pc && each.hasDescriptor);
        const listed = knows.sites.some((each) => each.subprogram === subprogram && each.hasDescriptor);
        const absent = knows.leavesUnlisted && listed ? 'none, frame left' : 'none';
        const skipped = (site?.locations ?? [])
          .filter(({ entry }) => entry?.destructor !== undefined)
          .filter(({ location }) => !releases.some((release) => release.location === locationText(location)))
          .map(({ location }) => ({
            location: locationText(location),
            holds: addressInWords(machine, this.program, wordAt(machine, frame, location)),
          }));
        return { frame, releases, skipped, descriptor: site === undefined ? absent : 'found' };
      }
      case 'tables':
        return { frame, releases, table: this.#tableWords(machine, frame, knows) };
      default:
        return knows satisfies never;
    }
  }

  #tableWords(machine: Machine, frame: number, { tables, types, read }: ExplainedTables): readonly TableWord[] {
    const table = tables.find(({ subprogram }) => subprogram === machine.subprogram(frame));
    return (table?.entries ?? []).flatMap(({ pointer: offset, type: typeOffset }, entry): TableWord[] => {
      const word = machine.frameWord(frame, offset);
      if (word === 0n) return [];
      const fp = machine.stopped().frames[frame]?.fp ?? 0n;
      const { address, type, alias } = read(word, machine.frameWord(frame, typeOffset), fp);
      const got = addressInWords(machine, this.program, address);
      const destructor = types[type]?.destructor;
      return [
        { entry, offset, pointer: address, got, type, ...(destructor === undefined ? {} : { destructor }), alias },
      ];
    });
  }
}

/** The true word at a location of a frame. */
function wordAt(machine: Machine, frame: number, location: Location): bigint {
  switch (location.in) {
    case 'register':
      return frame === machine.depth - 1
        ? machine.register(location.register)
        : machine.savedRegister(frame, location.register);
    case 'stack':
      return machine.frameWord(frame, location.offset);
    case 'table':
      return 0n;
    default:
      return location satisfies never;
  }
}

/** What an address is: the resource held there, or in words what it is instead. */
export function addressInWords(machine: Machine, program: Program, address: bigint): string {
  const place = machine.classify(address);
  switch (place.is) {
    case 'null':
      return 'NULL';
    case 'poison':
      return 'uninitialised memory';
    case 'scalar':
      return address < 0x10000n ? `the number ${address}` : `the number 0x${address.toString(16)}`;
    case 'ctx':
      return 'the context';
    case 'frame': {
      const resident = machine.residentAt(place.frame, place.off);
      if (resident >= 0) return objectName(machine, resident);
      return `the stack of ${program.subprograms[machine.subprogram(place.frame)]?.name ?? place.frame}`;
    }
    case 'map':
      return `map ${program.maps[place.index]?.name ?? place.index}`;
    case 'object':
      return `${objectName(machine, place.object)}${offsetText(place.off)}`;
    default:
      return place satisfies never;
  }
}

/** The resource that an object is, held ones first. */
function objectName(machine: Machine, object: number): string {
  const entries = machine.ledger.entries().filter((entry) => entry.object === object);
  const named = entries.find(({ held }) => held) ?? entries.at(-1);
  return named?.name ?? `a ${machine.object(object).kind} that is not owned`;
}
