/** Saved states as the read-only views that subjects and oracles see. */
import { KIND_NAMES } from '../isa/kinds.js';
import type { FrameView, StateView } from './analysis.js';
import type { Arena } from './arena.js';
import { INVALID_SLOT, type InternTable } from './intern.js';
import { RECORD_FRAME_HEAD, RECORD_HEAD, REF, REF_FIELDS, REGISTERS, type State } from './state.js';
import type { Reference, Slot, Value } from './value.js';

const changes: number[] = [];

/** A view of the record at `start`; decoded when asked. A frame that does not exist is a RangeError: a bug of ours. */
export class RecordView implements StateView {
  private list: readonly Reference[] | undefined;

  constructor(
    private readonly table: InternTable,
    private readonly arena: Arena,
    private readonly start: number,
  ) {}

  get depth(): number {
    return this.at(this.start);
  }

  get references(): readonly Reference[] {
    this.list ??= this.decodeReferences();
    return this.list;
  }

  private decodeReferences(): readonly Reference[] {
    const count = this.at(this.start + 1);
    const list: Reference[] = [];
    let at = this.start + RECORD_HEAD;
    for (let position = 0; position < count; position++, at += REF_FIELDS) {
      list.push({
        id: this.at(at + REF.id),
        kind: KIND_NAMES[this.at(at + REF.kind)] ?? 'task',
        type: this.at(at + REF.type),
        frame: this.at(at + REF.frame),
        acquiredAt: this.at(at + REF.acquiredAt),
        ordinal: this.at(at + REF.ordinal),
      });
    }
    return list;
  }

  /** Makes a state the current one of a walk. */
  restoreTo(state: State): void {
    state.restore(this.arena, this.start);
  }

  /** The table that numbers the words of this state. */
  get words(): InternTable {
    return this.table;
  }

  /** Number of the value of a register: equal numbers of one table, equal values. */
  registerWord(frame: number, register: number): number {
    return this.at(this.frameAt(frame) + RECORD_FRAME_HEAD + register);
  }

  /** Number of the content of a slot. */
  slotWord(frame: number, slot: number): number {
    const at = this.frameAt(frame);
    return slot * 8 < this.at(at + 2) ? this.at(at + RECORD_FRAME_HEAD + REGISTERS + slot) : INVALID_SLOT;
  }

  /**
   * Where this state differs from one before it, which has the same frames: triples of frame, place (a register of the top
   * frame, or -1 - slot) and number of the word. The array is valid until the next question.
   */
  changesSince(before: RecordView): readonly number[] {
    const { data } = this.arena;
    const old = before.arena.data;
    const top = this.depth - 1;
    if (changes.length > 0) changes.length = 0;
    const here = this.frameAt(top) + RECORD_FRAME_HEAD;
    const there = before.frameAt(top) + RECORD_FRAME_HEAD;
    for (let register = 0; register < REGISTERS - 1; register++) {
      const word = data[here + register] ?? 0;
      if (word !== old[there + register]) changes.push(top, register, word);
    }
    for (let frame = 0; frame <= top; frame++) {
      const at = this.frameAt(frame);
      const oldAt = before.frameAt(frame);
      const slots = (data[at + 2] ?? 0) / 8;
      const oldSlots = (old[oldAt + 2] ?? 0) / 8;
      const from = at + RECORD_FRAME_HEAD + REGISTERS;
      const oldFrom = oldAt + RECORD_FRAME_HEAD + REGISTERS;
      for (let slot = 0; slot < slots; slot++) {
        const word = data[from + slot] ?? 0;
        if (word !== (slot < oldSlots ? old[oldFrom + slot] : INVALID_SLOT)) changes.push(frame, -1 - slot, word);
      }
    }
    return changes;
  }

  frame(index: number): FrameView {
    const at = this.frameAt(index);
    return { subprogram: this.at(at), callsite: this.at(at + 1), allocated: this.at(at + 2) };
  }

  register(frame: number, register: number): Value {
    return this.table.value(this.at(this.frameAt(frame) + RECORD_FRAME_HEAD + register));
  }

  slot(frame: number, slot: number): Slot {
    const at = this.frameAt(frame);
    const allocated = slot * 8 < this.at(at + 2);
    return this.table.slotView(allocated ? this.at(at + RECORD_FRAME_HEAD + REGISTERS + slot) : INVALID_SLOT);
  }

  private frameAt(index: number): number {
    if (index < 0 || index >= this.depth) throw new RangeError(`no frame ${index}`);
    let at = this.start + RECORD_HEAD + this.at(this.start + 1) * REF_FIELDS;
    for (let frame = 0; frame < index; frame++) at += RECORD_FRAME_HEAD + REGISTERS + this.at(at + 2) / 8;
    return at;
  }

  private at(index: number): number {
    return this.arena.data[index] ?? 0;
  }
}
