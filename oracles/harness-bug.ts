/** A contradiction that no design can cause: the verifier, the machine or the judge is wrong. Ends a run with exit code 4. */
export class HarnessBug extends Error {
  override readonly name = 'HarnessBug';
}
