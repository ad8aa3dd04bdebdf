/** Runs test files in a copy of the tree and says which test failed first. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

export interface Question {
  /** Source files that changed since the last question. */
  readonly changed: readonly string[];
  /** A test file or a folder of them. */
  readonly path: string;
}

export type Answer = { readonly failure: string | null } | { readonly broken: string };

interface Late {
  readonly late: true;
}

const MINUTES = 2;

/** Tests of one copy of the tree. A run that does not end is killed with its process; the next starts a new one. */
export class TestRuns {
  private session: ChildProcess | undefined = undefined;

  constructor(private readonly folder: string) {}

  /** The first test that fails, in words, files in order of their names; `undefined` if all pass. */
  async firstFailure(question: Question): Promise<string | undefined> {
    // A process can die of an earlier run; what it was asked is asked once more.
    const answer = (await this.tell(question)) ?? (await this.tell(question));
    if (answer === undefined) throw new Error(`the process that runs ${question.path} ended twice`);
    if ('late' in answer) return `${question.path}: no end within ${MINUTES} minutes`;
    if ('broken' in answer) throw new Error(answer.broken);
    return answer.failure ?? undefined;
  }

  /** The answer, or `undefined` if the process has ended. */
  private async tell(question: Question): Promise<Answer | Late | undefined> {
    const session = this.session ?? (await this.start());
    const answer = await ask(session, () => session.send(question));
    if (answer === undefined || 'late' in answer) this.stop();
    return answer;
  }

  /** Ends the process. */
  stop(): void {
    const { session } = this;
    this.session = undefined;
    // It leads a group, in which the workers of vitest are too.
    if (session?.pid !== undefined && session.exitCode === null && session.signalCode === null)
      process.kill(-session.pid, 'SIGKILL');
  }

  private async start(): Promise<ChildProcess> {
    const script = join(import.meta.dirname, 'session.js');
    const session = fork(script, { cwd: this.folder, detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.session = session;
    const ready = await ask(session, () => true);
    if (ready === undefined || 'late' in ready) throw new Error('vitest does not start');
    return session;
  }
}

/** Says something to a process and waits for its answer; `undefined` if it ends instead. */
function ask(session: ChildProcess, say: () => boolean): Promise<Answer | Late | undefined> {
  return new Promise((resolve) => {
    const done = (answer: Answer | Late | undefined): void => {
      clearTimeout(timer);
      session.off('message', done);
      session.off('exit', ended);
      resolve(answer);
    };
    const ended = (): void => done(undefined);
    const timer = setTimeout(() => done({ late: true }), MINUTES * 60_000);
    session.on('message', done);
    session.on('exit', ended);
    if (session.exitCode !== null || session.signalCode !== null) ended();
    else say();
  });
}
