/** Outcomes in words. */
import type { Outcome } from '../src/contract/outcome.js';

/** An outcome as the corpus writes it: `exit 0`, `throw 7`, `stop`, `fault bad-address`, `fuel`; values in decimal, unsigned. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.how) {
    case 'exit':
    case 'throw':
      return `${outcome.how} ${outcome.value}`;
    case 'fault':
      return `fault ${outcome.code}`;
    case 'stop':
    case 'fuel':
      return outcome.how;
  }
}
