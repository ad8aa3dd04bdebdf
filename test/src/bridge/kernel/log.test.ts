import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openKernelLog, parseRecord } from '../../../../src/bridge/kernel/log.js';

describe('parseRecord', () => {
  it.each([
    ['4,1234,5678,-;WARNING: something\n SUBSYSTEM=bpf', { level: 4, text: 'WARNING: something' }],
    // The facility is above the level.
    ['30,1,2,-;hello', { level: 6, text: 'hello' }],
    ['nonsense', undefined],
  ])('parseRecord reads %j', (record, expected) => {
    expect(parseRecord(record)).toEqual(expected);
  });
});

describe('openKernelLog', () => {
  it('openKernelLog: what was there before is old, and a log that cannot be read is none', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kmsg-')), 'log');
    writeFileSync(file, '4,1,1,-;old\n');
    const log = openKernelLog(file);
    writeFileSync(file, '4,2,2,-;a warning\n', { flag: 'a' });
    expect(log?.warnings()).toEqual([{ level: 4, text: 'a warning' }]);
    writeFileSync(file, '6,3,3,-;no warning\n', { flag: 'a' });
    expect(log?.warnings()).toEqual([]);
    log?.close();
    expect(openKernelLog(join(file, 'absent'))).toBeUndefined();
  });
});
