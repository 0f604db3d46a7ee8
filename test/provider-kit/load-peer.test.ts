import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import {
  MissingPackageError,
  requireFromWorkingFolder,
  requirePeer,
  requireThatFinds,
} from '../../src/provider-kit/load-peer.ts';

const notFound = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });

/** What a call throws. */
function thrownBy(call: () => unknown): SessionError {
  try {
    call();
  } catch (error) {
    if (SessionError.is(error)) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

describe('loading an optional package', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anysession-peer-'));
    const install = (name: string, main: string): void => {
      mkdirSync(join(folder, 'node_modules', name), { recursive: true });
      writeFileSync(join(folder, 'node_modules', name, 'index.js'), main);
    };
    install('peer-of-the-project', 'exports.answer = 42');
    install('peer-of-the-project/node_modules/inner', 'exports.answer = 43');
    install('broken-peer', "require('package-that-nobody-wrote')");
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
  });

  afterAll(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('finds what is installed next to anysession', () => {
    expect(requirePeer('@aws-sdk/client-athena')).toHaveProperty('AthenaClient');
    expect(requirePeer('package-that-nobody-wrote')).toBeUndefined();
    expect(requirePeer('peer-of-the-project')).toBeUndefined();
  });

  it('finds what an installed package depends on', () => {
    expect(requirePeer('@google-cloud/dataproc', 'google-gax', 'google-auth-library')).toHaveProperty('GoogleAuth');
  });

  it('names what to install for a module of a package', () => {
    const { message } = thrownBy(() => requireFromWorkingFolder(notFound, '@nobody/wrote-this/server/part.js'));
    expect(message).toContain('The package @nobody/wrote-this is not installed. Run: npm install @nobody/wrote-this');
    expect(thrownBy(() => requireFromWorkingFolder(notFound, 'nobody-wrote/part.js')).message).toMatch(
      /install nobody-wrote$/,
    );
  });

  it('then finds what is installed in the working folder', () => {
    expect(requireFromWorkingFolder(notFound, 'peer-of-the-project')).toEqual({ answer: 42 });
    expect(requireFromWorkingFolder(notFound, 'peer-of-the-project', 'inner')).toEqual({ answer: 43 });
    expect(requireThatFinds('peer-of-the-project')('peer-of-the-project')).toEqual({ answer: 42 });
  });

  it('fails with the install line of a package that is missing, each time', () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = thrownBy(() => requireFromWorkingFolder(notFound, '@aws-sdk/client-that-nobody-wrote'));
      expect(error.kind).toBe('config-invalid');
      expect(error.message).toContain('npm install @aws-sdk/client-that-nobody-wrote');
      expect(error.cause).toBeInstanceOf(MissingPackageError);
    }
  });

  it.each([
    ['next to anysession', new Error('Unexpected token'), 'Unexpected token'],
    ['in the working folder', notFound, "Cannot find module 'package-that-nobody-wrote'"],
  ])('names the fault of a package that does not load %s', (_, cause, fault) => {
    const error = thrownBy(() => requireFromWorkingFolder(cause, 'broken-peer'));
    expect(error.kind).toBe('config-invalid');
    expect(error.message).toContain(fault);
    expect(error.message).toContain('Reinstall it: npm install broken-peer');
    expect(error.cause).not.toBeInstanceOf(MissingPackageError);
  });
});
