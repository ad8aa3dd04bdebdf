/** All rules whose removal must make a test or a corpus case fail (runner.ts). */
import { DESCRIPTOR_EDITS } from './descriptor-edits.js';
import type { Edit } from './edit.js';
import { OBLIGATION_EDITS } from './obligation-edits.js';
import { PATCH_EDITS } from './patch-edits.js';
import { PRUNING_EDITS } from './pruning-edits.js';
import { SCALAR_EDITS } from './scalar-edits.js';
import { SPILL_EDITS } from './spill-edits.js';
import { TABLE_EDITS } from './table-edits.js';
import { TRANSFER_EDITS } from './transfer-edits.js';

export const EDITS: readonly Edit[] = [
  ...OBLIGATION_EDITS,
  ...TRANSFER_EDITS,
  ...SCALAR_EDITS,
  ...PRUNING_EDITS,
  ...DESCRIPTOR_EDITS,
  ...SPILL_EDITS,
  ...TABLE_EDITS,
  ...PATCH_EDITS,
];
