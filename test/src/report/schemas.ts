/** Validates reports against the schemas of their formats. */
import { readFileSync } from 'node:fs';
import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { XmlDocument, XmlElement, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import type { Log } from 'sarif';

const ajv = new Ajv.default({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats.default(ajv);
const validateLog = ajv.compile<Log>(schema);

/** The log in a text. Throws with all objections if it is not SARIF 2.1.0. */
export function parseSarif(text: string): Log {
  const log: unknown = JSON.parse(text);
  if (validateLog(log)) return log;
  throw new Error(ajv.errorsText(validateLog.errors, { separator: '\n' }));
}

/** An element of an XML document: what tests ask of it. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

/** An attribute of an element. */
export function attribute(node: XmlNode | undefined, name: string): string | undefined {
  return node?.attributes[name];
}

const xsd = XsdValidator.fromDoc(XmlDocument.fromString(readFileSync('test/schemas/jenkins-junit.xsd', 'utf8')));

/** The root of a JUnit document. Throws with all objections if Jenkins' schema does not allow it. */
export function parseJunit(text: string): XmlNode {
  const document = XmlDocument.fromString(text);
  try {
    xsd.validate(document);
    return nodeOf(document.root);
  } catch (error) {
    if (error instanceof XmlValidateError) throw new Error(error.details.map(({ message }) => message).join(''));
    throw error;
  } finally {
    document.dispose();
  }
}

function nodeOf(element: XmlElement): XmlNode {
  return {
    name: element.name,
    attributes: Object.fromEntries(element.attrs.map(({ name, value }) => [name, value])),
    text: element.content,
    children: element.find('*').flatMap((child) => (child instanceof XmlElement ? [nodeOf(child)] : [])),
  };
}
