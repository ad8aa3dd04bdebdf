/**
 * Runs a subject that is not ours. Whatever it throws and whatever it hands over in a wrong shape becomes a SubjectFailure
 * that names it, so that nobody takes it for a bug of the judge or the machine, and no half-right value gets that far.
 */
import type { TableKnowledge } from '../contract/knowledge.js';
import type { Intrinsic, Unwind } from '../contract/prepared.js';
import type { StoppedView, UnwindStep } from '../contract/unwind.js';
import type { Program } from '../isa/program.js';
import type { KernelPass } from '../patch/kernel-pass.js';
import { type ErrorWords, errorWords, SubjectFailure, type SubjectModule, type SubjectWork } from './failure.js';
import { expected, flawOfAnswer, flawOfLines, flawOfStep } from './flaws.js';
import { flawOfKnowledge, flawOfWords } from './knowledge-flaws.js';
import type { Prepared, Subject } from './subject.js';

/** Steps of one unwinding: far more than 8 frames have places. Counted, so that an endless one is met everywhere alike. */
const STEPS = 10_000;

/** The subject behind a guard; `module` is where it comes from. */
export function guardSubject(subject: Subject, module?: SubjectModule): Subject {
  return {
    ...subject,
    name: subject.name,
    stops: subject.stops,
    prepare(input) {
      const work = workOn(subject.name, module, input.program);
      const before = fingerprint(input.program);
      const answer = work.attempt('prepare', () => subject.prepare(input));
      if (fingerprint(input.program) !== before) work.fail('prepare', 'it changed the program that it was given');
      const flaw = flawOfAnswer(answer, input);
      if (flaw !== undefined) work.fail('prepare', flaw);
      return answer.ok ? guardPrepared(answer, work) : answer;
    },
    know(input) {
      const work = workOn(subject.name, module, input.program);
      const knowledge = work.attempt('know', () => subject.know?.(input));
      if (knowledge === undefined) return undefined;
      const flaw = flawOfKnowledge(knowledge, input);
      if (flaw !== undefined) work.fail('know', flaw);
      return knowledge.is === 'tables' ? guardTables(knowledge, work) : knowledge;
    },
  };
}

function guardTables(knowledge: TableKnowledge, work: Work): TableKnowledge {
  return {
    ...knowledge,
    read(pointer, word, fp) {
      const words = work.attempt('know', () => knowledge.read(pointer, word, fp));
      const flaw = flawOfWords(words);
      if (flaw !== undefined) work.fail('know', `read: ${flaw}`);
      return words;
    },
  };
}

interface Work {
  attempt<T>(work: SubjectWork, act: () => T): T;
  fail(work: SubjectWork, what: string): never;
}

function workOn(subject: string, module: SubjectModule | undefined, program: Program): Work {
  const failed = (work: SubjectWork, words: ErrorWords) =>
    new SubjectFailure(subject, module?.given, work, words, program);
  return {
    attempt(work, act) {
      try {
        return act();
      } catch (error) {
        throw error instanceof SubjectFailure ? error : failed(work, errorWords(error, module));
      }
    },
    fail(work, what) {
      throw failed(work, { what, where: undefined, stack: [] });
    },
  };
}

function guardPrepared(prepared: Prepared, work: Work): Prepared {
  const { program } = prepared;
  return {
    ...prepared,
    intrinsics: prepared.intrinsics.map(
      (intrinsic): Intrinsic => ({
        ...intrinsic,
        run: (view) => work.attempt('an inserted call', () => intrinsic.run(view)),
      }),
    ),
    unwind: guardUnwind((stopped) => prepared.unwind(stopped), program, work),
    ...(prepared.maintain === undefined ? {} : { maintain: guardMaintain(prepared, work) }),
    describe() {
      const lines = work.attempt('describe', () => prepared.describe());
      const flaw = flawOfLines(lines);
      if (flaw !== undefined) work.fail('describe', flaw);
      return lines;
    },
  };
}

function guardMaintain(prepared: Prepared, work: Work): (pass: KernelPass) => Unwind {
  return (pass) => {
    const unwind = work.attempt('maintain', () => prepared.maintain?.(pass));
    if (typeof unwind === 'function') return guardUnwind(unwind, pass.program, work);
    return work.fail('maintain', expected('an unwinder', unwind));
  };
}

/** `program` is what the frames' pcs are pcs of. */
function guardUnwind(unwind: Unwind, program: Program, work: Work): Unwind {
  return function* (stopped: StoppedView): Iterable<UnwindStep> {
    const steps = work.attempt('unwind', () => unwind(stopped)[Symbol.iterator]());
    for (let taken = 0; ; taken++) {
      const step = work.attempt('unwind', () => steps.next());
      if (step.done === true) return;
      if (taken >= STEPS) work.fail('unwind', `it does not end: ${STEPS} steps`);
      const flaw = flawOfStep(step.value, stopped, program);
      if (flaw !== undefined) work.fail('unwind', `step ${taken}: ${flaw}`);
      yield step.value;
    }
  };
}

/** FNV-1a over what a program is made of. */
function fingerprint(program: Program): number {
  let hash = 0x811c9dc5;
  for (const column of [program.code, program.dst, program.src, program.off, program.imm, program.op]) {
    for (let pc = 0; pc < program.length; pc++) hash = Math.imul(hash ^ (column[pc] ?? 0), 0x01000193);
  }
  return hash;
}
