/** Runs test files in a copy of the tree and says which test failed first. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

export interface Question {
  /** Source files that changed since the last question. */
  readonly changed: readonly string[];
  /** A test file or a folder of them. */
  readonly path: string;
  /** Stop at the first failure: in a single file that is sure to be the first of all. */
  readonly first: boolean;
}

export type Answer = { readonly failure: string | null } | { readonly broken: string };

const MINUTES = 5;

/** Tests of one copy of the tree. A run that does not end is killed with its process; the next starts a new one. */
export class TestRuns {
  private session: ChildProcess | undefined = undefined;

  constructor(private readonly folder: string) {}

  /** The first test that fails, in words, files in order of their names; `undefined` if all pass. */
  async firstFailure(question: Question): Promise<string | undefined> {
    const session = this.session ?? (await this.start());
    const answer = await this.ask(session, () => session.send(question));
    if (answer === undefined) {
      this.stop();
      return `${question.path}: no end within ${MINUTES} minutes`;
    }
    if ('broken' in answer) throw new Error(answer.broken);
    return answer.failure ?? undefined;
  }

  /** Ends the process. */
  stop(): void {
    const { session } = this;
    this.session = undefined;
    // It leads a group, in which the workers of vitest are too.
    if (session?.pid !== undefined && session.exitCode === null) process.kill(-session.pid, 'SIGKILL');
  }

  private async start(): Promise<ChildProcess> {
    const script = join(import.meta.dirname, 'session.js');
    const session = fork(script, { cwd: this.folder, detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.session = session;
    if ((await this.ask(session, () => true)) === undefined) throw new Error('vitest does not start');
    return session;
  }

  private ask(session: ChildProcess, say: () => boolean): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        session.off('message', answered);
        session.off('exit', ended);
      };
      const answered = (answer: Answer): void => {
        done();
        resolve(answer);
      };
      const ended = (): void => {
        done();
        reject(new Error('the process that runs tests has ended'));
      };
      const timer = setTimeout(() => {
        done();
        resolve(undefined);
      }, MINUTES * 60_000);
      session.on('message', answered);
      session.on('exit', ended);
      say();
    });
  }
}
