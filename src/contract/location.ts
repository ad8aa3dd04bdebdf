/**
 * Where a resource can be found in one stopped frame.
 *
 * `register` is a callee-saved register (6..9) as it was in that frame, or one of R0..R5 of a frame that was stopped
 * between its throws; `stack` is an offset from the frame pointer of
 * that frame (negative, bytes); `table` is an entry of a runtime table (counted from 0).
 */
export type Location =
  | { readonly in: 'register'; readonly register: number }
  | { readonly in: 'stack'; readonly offset: number }
  | { readonly in: 'table'; readonly index: number };
