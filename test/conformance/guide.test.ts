import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CASES,
  formatReport,
  registerConformance,
  runConformance,
  type ConformanceSubject,
} from '../../src/conformance/index.ts';
import type { templateSubject, TemplateModules } from '../providers/_template/template-subject.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = readFileSync(join(ROOT, 'docs/guide/writing-a-provider.md'), 'utf8');
/** A repository of its own, in a folder of this run; its sources are links to this one's. */
const COPY = join(ROOT, 'reports', `newcomer-${process.pid}`);

const [setUp = ''] = /```sh\n(cp [\s\S]*?)```/.exec(GUIDE)?.slice(1) ?? [];
const load = (path: string): Promise<unknown> => import(pathToFileURL(join(COPY, path)).href);

describe('the guide to writing a provider', () => {
  let subject: ConformanceSubject;

  beforeAll(async () => {
    mkdirSync(join(COPY, 'test/providers'), { recursive: true });
    for (const folder of ['providers/_template', 'test/providers/_template']) {
      cpSync(join(ROOT, folder), join(COPY, folder), { recursive: true });
    }
    for (const folder of ['src', 'test/conformance']) symlinkSync(join(ROOT, folder), join(COPY, folder));
    execFileSync('sh', ['-e', '-c', setUp], { cwd: COPY });
    const modules = await Promise.all(
      ['plugin', 'provider', 'imaginary-sdk'].map((file) => load(`providers/acme/${file}.ts`)),
    );
    const copied = (await load('test/providers/acme/template-subject.ts')) as {
      templateSubject: typeof templateSubject;
    };
    subject = copied.templateSubject(Object.assign({}, ...modules) as TemplateModules);
  }, 60_000);

  afterAll(() => rmSync(COPY, { recursive: true, force: true }));

  it('has commands that create a provider with the new name, and the kit passes on it', async () => {
    expect(subject.name).toBe('acme');
    const report = await runConformance(subject);
    expect(report.ok, formatReport(report)).toBe(true);
    expect(report.counts.run + report.counts.notApplicable).toBe(CASES.length);
  });

  it('states how many cases run on the copy', () => {
    const { run } = registerConformance({ describe: () => undefined, it: () => undefined, subject });
    expect(GUIDE.match(/\btoBe\((\d+)\)/)?.[1]).toBe(String(run));
  });

  it('leaves nothing of the template behind in the copied tests', () => {
    const left = execFileSync('sh', ['-c', 'grep -rl _template test/providers/acme || true'], { cwd: COPY });
    expect(String(left)).toBe('');
  });
});
