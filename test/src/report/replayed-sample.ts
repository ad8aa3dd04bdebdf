/** Replayed files made by hand. */
import type { ReplayedFile } from '../../../src/report/replayed-file.js';
import { DEFECT, RFC } from '../campaign/samples.js';

export const HELD: ReplayedFile = {
  file: 'corpus/accept/a.bpf',
  title: 'nothing goes wrong',
  mismatches: [],
  defects: [],
  blessed: false,
};

const SHOWN = {
  subject: RFC,
  defect: DEFECT,
  verdict: 'wrong-destructor',
  detail: 'it went wrong',
  pc: 3,
  line: 9,
} as const;

export const KNOWN: ReplayedFile = {
  ...HELD,
  file: 'corpus/found/b.bpf',
  title: 'a known defect shows',
  defects: [{ ...SHOWN, known: 'as posted' }],
};

export const FAILED: ReplayedFile = {
  ...HELD,
  file: 'corpus/found/c.bpf',
  title: 'two things fail',
  mismatches: [
    { about: 'run', item: 'run 0', expected: 'exit 0', actual: 'exit 1', line: 3 },
    { about: 'defect', item: 'case 0', expected: `${RFC}: no defect`, actual: DEFECT, line: 1 },
  ],
  defects: [{ ...SHOWN, known: undefined }],
};

export const UNREADABLE: ReplayedFile = {
  ...HELD,
  file: 'corpus/d.bpf',
  title: '',
  error: 'corpus/d.bpf:4:2: expected a label\ncorpus/d.bpf:5:1: and more',
};
