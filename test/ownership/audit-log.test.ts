import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AuditLog, type AuditEntry } from '../../src/ownership/audit-log.ts';
import { RecordingLogger } from '../../src/testing/index.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const entry = (id: string, changes: Partial<AuditEntry> = {}): AuditEntry => ({
  environment: 'dev',
  provider: 'athena',
  scope: 'here',
  dryRun: false,
  outcome: 'terminated',
  code: 'dead-holder',
  reason: 'its holder has died',
  token: id,
  decidedAtMs: 0,
  ...changes,
});

const tokensIn = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { token: string }).token);

describe('AuditLog', () => {
  it('has at most two files of a bounded size, and loses no recent line', () => {
    const folder = temporaryFolder();
    const maxBytes = 2_000;
    const logs = [1, 2].map(() => new AuditLog({ folder, logger: new RecordingLogger(), maxBytes }));
    for (let line = 0; line < 103; line++) logs[line % 2]?.append(entry(String(line)));
    const [now, older] = [join(folder, 'audit.jsonl'), join(folder, 'audit.1.jsonl')];
    const kept = [...tokensIn(older), ...tokensIn(now)];
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => String(103 - kept.length + i)));
    for (const file of [now, older]) expect(statSync(file).size).toBeLessThan(maxBytes + 500);
  });

  it('says once that it leaves a session for the same reason, and repeats every end', () => {
    const folder = temporaryFolder();
    const log = new AuditLog({ folder, logger: new RecordingLogger() });
    const left = { outcome: 'left', code: 'living-holder' } as const;
    for (const changes of [left, left, { outcome: 'failed' }, { outcome: 'failed' }, left] as const) {
      log.append(entry('s', changes));
    }
    expect(tokensIn(join(folder, 'audit.jsonl'))).toHaveLength(4);
  });

  it.skipIf(process.platform === 'win32').each([
    ['a pipe', (path: string) => void spawnSync('mkfifo', [path])],
    ['a link', (path: string) => symlinkSync('/dev/full', path)],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('waits for nothing where %s has the name of the file', (_what, create) => {
    const folder = temporaryFolder();
    create(join(folder, 'audit.jsonl'));
    const logger = new RecordingLogger();
    new AuditLog({ folder, logger }).append(entry('a'));
    expect(logger.messages('warn')).toHaveLength(1);
  });

  it('warns once when it cannot be written, and stops nothing', () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'state');
    writeFileSync(folder, 'a file in the place of the folder');
    const logger = new RecordingLogger();
    const log = new AuditLog({ folder, logger });
    log.append(entry('a'));
    log.append(entry('b'));
    expect(logger.messages('warn')).toEqual([expect.stringContaining('cannot be written')]);
  });
});
