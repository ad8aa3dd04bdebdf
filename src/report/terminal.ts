/** Where a command writes and what the place can do: colours, width, moving bars. */
import picocolors from 'picocolors';

/** A text sink; the process's own streams are some. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Terminal {
  /** Results. */
  readonly out: Sink;
  /** Progress and messages. */
  readonly err: Sink;
  readonly env: { readonly NO_COLOR?: string | undefined; readonly TERM?: string | undefined };
  /** Where a moving bar may be drawn: stderr, if it is a terminal. */
  readonly bar?: NodeJS.WritableStream | undefined;
  /** Aborted when the user wants an end (Ctrl-C). */
  readonly interrupted?: AbortSignal | undefined;
}

export type Paint = ReturnType<typeof picocolors.createColors>;

/** Colours on a terminal that has not asked for none (https://no-color.org). */
export function paintFor(sink: Sink, env: Terminal['env']): Paint {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return picocolors.createColors(sink.isTTY === true && !refused);
}

/** Every line of a text in one colour. */
export function paintLines(text: string, tint: (line: string) => string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${tint(line)}\n`)
    .join('');
}
