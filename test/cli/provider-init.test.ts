import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatReport, runConformance, type ConformanceSubject } from '../../src/conformance/index.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the repository, where `anysession` is its sources; the test of the packed package does it outside. */
const FOLDER = join(ROOT, 'reports', `provider-${process.pid}`);

const read = (file: string): string => readFileSync(file, 'utf8');
const manifestOf = (folder: string) =>
  JSON.parse(read(join(folder, 'package.json'))) as {
    readonly name: string;
    readonly version: string;
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };

describe('provider init', () => {
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('writes a provider under its new name that passes the conformance kit', async () => {
    const { code, stdout } = await cli(['provider', 'init', 'acme-cloud', '--dir', FOLDER], { cwd: ROOT });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${FOLDER}\nNext: cd reports/provider-`)]);
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['package.json', 'tsconfig.json', 'test/acme-cloud-subject.ts']));
    const sources = files.filter((file) => /\.\w+$/.test(file));
    expect(sources.filter((file) => /template/i.test(file + read(join(FOLDER, file))))).toEqual([]);
    expect(read(join(FOLDER, 'src/plugin.ts'))).toContain("project: 'ACME_CLOUD_PROJECT'");

    const module = (await import(pathToFileURL(join(FOLDER, 'test/acme-cloud-subject.ts')).href)) as {
      readonly acmeCloudSubject: ConformanceSubject;
    };
    const report = await runConformance(module.acmeCloudSubject);
    expect(report.ok, formatReport(report)).toBe(true);
    expect(module.acmeCloudSubject.name).toBe('acme-cloud');
  });

  it('takes our versions of anysession and of the tools', () => {
    const [ours, theirs] = [manifestOf(ROOT), manifestOf(FOLDER)];
    expect([theirs.name, theirs.peerDependencies]).toEqual([
      'anysession-acme-cloud',
      { anysession: `^${ours.version}` },
    ]);
    expect(ours.devDependencies).toMatchObject(theirs.devDependencies);
  });

  it.each(['', 'Acme', '../acme', 'acme_cloud', '-acme', 'acme-', '1acme'])('refuses the name "%s"', async (name) => {
    const cwd = configFolder({});
    const { code, stderr } = await cli(['provider', 'init', '--', name], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`"${name}" cannot be a provider's name`)]);
    expect(readdirSync(cwd)).toEqual(['.git']);
  });

  it('leaves a folder with files as it is', async () => {
    const cwd = configFolder({ 'acme/notes.txt': 'mine' });
    const { code, stderr } = await cli(['provider', 'init', 'acme', '--json'], { cwd });
    expect([code, stderr]).toEqual([5, expect.stringContaining('is not empty; name another folder with --dir')]);
    expect(readdirSync(join(cwd, 'acme'))).toEqual(['notes.txt']);
  });
});
