#!/usr/bin/env node
/**
 * `unwindiff-plugin`: runs one program on the machine for the public BPF conformance suite. Memory comes as hex in the
 * first argument, the program as hex on standard input; R0 goes to standard output as hex. Nothing is verified.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Machine } from '../../oracles/machine/machine.js';
import { decodeSlots } from '../isa/encode.js';

/** What the process prints: R0 in lower-case hex without padding, or a message for standard error. */
export type PluginAnswer =
  | { readonly ok: true; readonly r0: string }
  | { readonly ok: false; readonly message: string };

const FUEL = 50_000_000;

/** Runs a program given in hex on memory given in hex; white space is allowed anywhere in both. */
export function answerPlugin(memoryHex: string, programHex: string): PluginAnswer {
  const memory = parseHex(memoryHex);
  if (memory === undefined) return { ok: false, message: 'the memory is not hexadecimal' };
  const bytes = parseHex(programHex);
  if (bytes === undefined) return { ok: false, message: 'the program is not hexadecimal' };
  const decoded = decodeSlots(bytes);
  if (!decoded.ok) return decoded;
  if (decoded.slots.length === 0) return { ok: false, message: 'the program is empty' };
  const machine = new Machine();
  const wrong = machine.loadSlots(decoded.slots);
  if (wrong !== undefined) return { ok: false, message: wrong };
  machine.runSlots(memory, FUEL);
  const { outcome } = machine;
  switch (outcome.how) {
    case 'exit':
      return { ok: true, r0: outcome.value.toString(16) };
    case 'fault':
      return { ok: false, message: `${outcome.code} at instruction ${outcome.pc}: ${outcome.message}` };
    case 'throw':
    case 'stop':
    case 'fuel':
      return { ok: false, message: `the program does not exit: ${outcome.how}` };
  }
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

function isMain(): boolean {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url);
}

if (isMain()) {
  const [first] = process.argv.slice(2);
  // Options of other plug-ins may come first when there is no memory.
  const memory = first === undefined || first.startsWith('-') ? '' : first;
  const answer = answerPlugin(memory, readFileSync(0, 'utf8'));
  if (answer.ok) {
    process.stdout.write(`${answer.r0}\n`);
  } else {
    process.stderr.write(`unwindiff-plugin: ${answer.message}\n`);
    process.exitCode = 1;
  }
}
