/** Programs of two arms that meet, and whether the state of the second one is dropped where they do. */
import { programOf, walkText } from './programs.js';

/** The code of a program around its join. */
export interface Arms {
  /** Straight-line code before the arms part. R6 is the context, R7 and R8 are 0. */
  readonly before?: string;
  /** Straight-line code of the arm that is walked first. */
  readonly left: string;
  readonly right: string;
  /** Behind the join. The label `far` is that of an exit. */
  readonly after: string;
  /** A subprogram `sub`, and others behind it. */
  readonly sub?: string | undefined;
}

const pieces = (text: string) => text.split(/;\s*/).filter((each) => each !== '');
const indent = (text: string) =>
  pieces(text)
    .map((each) => (each.endsWith(':') ? `${each}\n` : `    ${each}\n`))
    .join('');

/** The program of these arms; instructions are separated by semicolons. It throws behind the join. */
export function joinText({ before = '', left, right, after, sub }: Arms): string {
  const head = `r6 = r1; r7 = 0; r8 = 0; ${before}; r1 = *(u32 *)(r6 + 48); if r1 == 0 goto other`;
  const body = `${head}; ${left}; goto join; other:; ${right}; join:; ${after}; r1 = 7; call bpf_throw; exit`;
  const far = after.includes('goto far') ? 'far:; r0 = 0; exit' : '';
  return `main:\n${indent(`${body}; ${far}`)}${sub === undefined ? '' : `sub:\n${indent(sub)}`}`;
}

/** Instructions that a walk with a checkpoint at every prune point processes. */
function walked(arms: Arms): number {
  const text = joinText(arms);
  const { refusal, walked: count } = walkText(text, 'kernel-like-every');
  if (refusal !== undefined)
    throw new Error(`${refusal.message} at ${refusal.pc} of ${programOf(text).length}\n${text}`);
  return count;
}

/**
 * Whether the second state is dropped at the join: the walk is then as long as if both arms were the same, which drops it
 * for certain.
 */
export function isDropped(arms: Arms): boolean {
  const { left, right } = arms;
  return walked(arms) - pieces(right).length === walked({ ...arms, right: left }) - pieces(left).length;
}
