import type { DescriptorKnowledge } from '../../contract/knowledge.js';
import type { Program } from '../../isa/program.js';
import type { Analysis } from '../../verify/analysis.js';
import { postedKnowledge } from '../frame-descriptors/posted-knowledge.js';
import { soundKnowledge as placesOf } from '../frame-descriptors/sound-knowledge.js';
import { spillConflicts } from './literal.js';
export function literalKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  return postedKnowledge(program, spillConflicts(program, analysis).analysis);
}
export function soundKnowledge(program: Program, analysis: Analysis): DescriptorKnowledge {
  return placesOf(program, analysis);
}
