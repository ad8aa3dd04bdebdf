/** How a verb ends early for a reason that is not a bug of ours: a message for stderr and an exit code. */

/** 0 nothing new · 1 a new defect or a failed expectation · 2 bad usage or input · 3 unavailable · 4 a bug in unwindiff. */
export const EXIT = { nothingNew: 0, found: 1, usage: 2, unavailable: 3, bug: 4 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Thrown by verbs, caught by cli.ts: prints the message and ends with the code. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly code: ExitCode,
    message: string,
  ) {
    super(message);
  }
}

/** Bad usage or bad input. */
export function badInput(message: string): Failure {
  return new Failure(EXIT.usage, message);
}
