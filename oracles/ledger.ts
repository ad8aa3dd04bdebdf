/**
 * The ledger: every acquire and release of one run, and therefore what is held. A multiset: an object acquired twice is
 * held twice, and one release removes one of the two.
 *
 * It has its own table of destructors, so that a wrong row of the subjects' table shows as a wrong destructor.
 */
import type { Kind } from '../src/isa/kinds.js';

/** The destructor of a kind at a throw (kernel: the release kfunc registered for the BTF type; ring: discard). */
const DESTRUCTORS: Readonly<Record<Kind, (type: string) => string>> = {
  ring: () => 'bpf_ringbuf_discard',
  task: () => 'bpf_task_release',
  cgroup: () => 'bpf_cgroup_release',
  object: (type) => `bpf_obj_drop_impl(${type})`,
  socket: () => 'bpf_sk_release',
  dynptr: () => 'bpf_ringbuf_discard_dynptr',
  iter_num: () => 'bpf_iter_num_destroy',
  iter_task: () => 'bpf_iter_task_destroy',
};

/** What came of destroying an object by a destructor; `entry` is the acquisition (from 0) it was about. */
export type Destruction =
  | { readonly effect: 'released' | 'already-released' | 'wrong-destructor'; readonly entry: number }
  | { readonly effect: 'never-held' };

/** One acquisition, for those who look at the whole history. */
export interface LedgerEntry {
  /** `task#1`: kind, and order of success over all acquisitions of the run. */
  readonly name: string;
  readonly kind: Kind;
  /** Name of the struct type of a local object, else empty. */
  readonly type: string;
  /** Number of the object in the machine's memory: acquisitions of one object share it. */
  readonly object: number;
  /** Original pc of the acquiring call. */
  readonly acquiredAt: number;
  /** Index of the frame that owns it: the acquiring one, or its caller once that has returned. */
  readonly frame: number;
  readonly held: boolean;
}

/** Acquisitions in order of success, as columns; entry numbers count from 0, ordinals in names from 1. */
export class Ledger {
  /** Entries of this run; the columns are not shortened, they are written anew. */
  #count = 0;
  #kinds: Kind[] = [];
  #types: string[] = [];
  #objects: number[] = [];
  #acquiredAt: number[] = [];
  #frames: number[] = [];
  /** Entry numbers of what is held, in order of acquisition. */
  #held: number[] = [];

  /** Forgets everything: a new run begins. */
  clear(): void {
    this.#count = 0;
    if (this.#held.length > 0) this.#held = [];
  }

  /** An independent copy, to try a cleanup on. */
  copy(): Ledger {
    const copy = new Ledger();
    copy.#count = this.#count;
    copy.#kinds = this.#kinds.slice(0, this.#count);
    copy.#types = this.#types.slice(0, this.#count);
    copy.#objects = this.#objects.slice(0, this.#count);
    copy.#acquiredAt = this.#acquiredAt.slice(0, this.#count);
    copy.#frames = this.#frames.slice(0, this.#count);
    copy.#held = this.#held.slice();
    return copy;
  }

  /** Successful acquisitions so far. */
  get acquired(): number {
    return this.#count;
  }

  /** References held now. */
  get heldCount(): number {
    return this.#held.length;
  }

  /** Names of what is held, in order of acquisition. */
  names(): readonly string[] {
    return this.#held.map((entry) => this.name(entry));
  }

  /** Entry numbers of what is held, in order of acquisition. */
  held(): readonly number[] {
    return [...this.#held];
  }

  /** Whether an entry is still held. */
  isHeld(entry: number): boolean {
    return this.#held.includes(entry);
  }

  /** `task#1`. */
  name(entry: number): string {
    return `${(entry < this.#count ? this.#kinds[entry] : undefined) ?? '?'}#${entry + 1}`;
  }

  /** The whole history. */
  entries(): readonly LedgerEntry[] {
    return this.#kinds.slice(0, this.#count).map((kind, entry) => ({
      name: this.name(entry),
      kind,
      type: this.#types[entry] ?? '',
      object: this.objectOf(entry),
      acquiredAt: this.#acquiredAt[entry] ?? -1,
      frame: this.frameOf(entry),
      held: this.#held.includes(entry),
    }));
  }

  /** Object number of an entry, or -1. */
  objectOf(entry: number): number {
    return entry < this.#count ? (this.#objects[entry] ?? -1) : -1;
  }

  /** Index of the frame that owns an entry. */
  frameOf(entry: number): number {
    return entry < this.#count ? (this.#frames[entry] ?? 0) : 0;
  }

  /** Original pc of the call that made an entry. */
  acquiredAt(entry: number): number {
    return entry < this.#count ? (this.#acquiredAt[entry] ?? -1) : -1;
  }

  /** The destructor that is right for an entry. */
  destructorOf(entry: number): string {
    const kind = entry < this.#count ? this.#kinds[entry] : undefined;
    return kind === undefined ? 'none' : DESTRUCTORS[kind](this.#types[entry] ?? '');
  }

  /** Whether some reference to the object is held. */
  holds(object: number): boolean {
    return this.#held.some((entry) => this.#objects[entry] === object);
  }

  /** Records a successful acquire; returns its entry number. */
  acquire(kind: Kind, object: number, type: string, acquiredAt: number, frame: number): number {
    const entry = this.#count++;
    this.#kinds[entry] = kind;
    this.#types[entry] = type;
    this.#objects[entry] = object;
    this.#acquiredAt[entry] = acquiredAt;
    this.#frames[entry] = frame;
    this.#held.push(entry);
    return entry;
  }

  /** A releasing call of the program: removes the youngest reference of this kind to the object. False: there is none. */
  release(kind: Kind, object: number): boolean {
    for (let at = this.#held.length - 1; at >= 0; at--) {
      const entry = this.#held[at] ?? -1;
      if (this.#objects[entry] !== object || this.#kinds[entry] !== kind) continue;
      this.#held.splice(at, 1);
      return true;
    }
    return false;
  }

  /** A frame has returned: what it owned belongs to its caller, the new top frame. */
  returnTo(frame: number): void {
    for (const entry of this.#held) {
      if ((this.#frames[entry] ?? 0) > frame) this.#frames[entry] = frame;
    }
  }

  /**
   * A destructor is run on an object. The right one removes one reference; a wrong one destroys one reference too (it is
   * gone afterwards, and not reported a second time as leaked). `destructor` as in the table above.
   */
  destroy(object: number, destructor: string): Destruction {
    let wrong = -1;
    for (let at = this.#held.length - 1; at >= 0; at--) {
      const entry = this.#held[at] ?? -1;
      if (this.#objects[entry] !== object) continue;
      const kind = this.#kinds[entry];
      if (kind !== undefined && DESTRUCTORS[kind](this.#types[entry] ?? '') === destructor) {
        this.#held.splice(at, 1);
        return { effect: 'released', entry };
      }
      if (wrong < 0) wrong = at;
    }
    if (wrong >= 0) return { effect: 'wrong-destructor', entry: this.#held.splice(wrong, 1)[0] ?? -1 };
    const once = this.#count === 0 ? -1 : this.#objects.lastIndexOf(object, this.#count - 1);
    return once < 0 ? { effect: 'never-held' } : { effect: 'already-released', entry: once };
  }
}
