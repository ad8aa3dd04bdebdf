/**
 * JUnit XML, as continuous integration reads it. The format has no standard; this is what Jenkins' schema allows
 * (test/schemas/jenkins-junit.xsd), which the other readers understand too.
 */
import { create } from 'xmlbuilder2';

/** How one test case ended. */
export type TestEnd =
  | { readonly is: 'passed' }
  | { readonly is: 'skipped'; readonly reason: string }
  | { readonly is: 'failed' | 'error'; readonly type: string; readonly message: string; readonly text: string };

export interface TestCase {
  /** Dots separate the levels by which readers group. */
  readonly classname: string;
  readonly name: string;
  readonly end: TestEnd;
  /** What is shown as its output. */
  readonly output?: string;
}

export interface TestSuite {
  readonly name: string;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly cases: readonly TestCase[];
}

const counted = (cases: readonly TestCase[]) => ({
  tests: String(cases.length),
  failures: String(cases.filter(({ end }) => end.is === 'failed').length),
  errors: String(cases.filter(({ end }) => end.is === 'error').length),
});

/** The document. `seconds`: how long everything took; the only thing in it that may differ between two equal runs. */
export function junitXml(name: string, suites: readonly TestSuite[], seconds?: number): string {
  // What XML cannot hold, such as control characters in a message, becomes a replacement character.
  const document = create({ version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\uFFFD' });
  const time = seconds === undefined ? {} : { time: seconds.toFixed(3) };
  const root = document.ele('testsuites', { name, ...counted(suites.flatMap(({ cases }) => cases)), ...time });
  for (const suite of suites) {
    const skipped = String(suite.cases.filter(({ end }) => end.is === 'skipped').length);
    const element = root.ele('testsuite', { name: suite.name, ...counted(suite.cases), skipped });
    const properties = Object.entries(suite.properties);
    if (properties.length > 0) {
      const list = element.ele('properties');
      for (const [key, value] of properties) list.ele('property', { name: key, value: String(value) });
    }
    for (const { classname, name: title, end, output } of suite.cases) {
      const testcase = element.ele('testcase', { classname, name: title });
      if (end.is === 'skipped') testcase.ele('skipped').txt(end.reason);
      if (end.is === 'failed' || end.is === 'error') {
        const { type, message } = end;
        testcase.ele(end.is === 'failed' ? 'failure' : 'error', { type, message }).txt(end.text);
      }
      if (output !== undefined) testcase.ele('system-out').txt(output);
    }
  }
  return `${document.end({ prettyPrint: true })}\n`;
}
