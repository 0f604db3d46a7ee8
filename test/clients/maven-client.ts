import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAVEN_TIMEOUT_MS = 5 * 60_000;

/** The class path of the client in a pom, with all that it needs, or why Maven does not bring it. @param folder - takes a file */
export async function mavenClassPath(
  pom: string,
  folder: string,
): Promise<{ readonly classPath: string } | { readonly reason: string }> {
  const file = join(folder, 'class-path');
  const words = ['-B', '-q', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
  try {
    await promisify(execFile)('mvn', words, { timeout: MAVEN_TIMEOUT_MS });
    return { classPath: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    return { reason: `Maven does not bring it: ${String(error).split('\n')[0]}` };
  }
}

/** The packages that a pom names, with their versions. */
export function mavenVersions(pom: string): Readonly<Record<string, string>> {
  const [, dependencies = ''] = readFileSync(pom, 'utf8').split('<dependencies>');
  const named = dependencies.matchAll(/<artifactId>(.+)<\/artifactId>\s*<version>(.+)<\/version>/g);
  return Object.fromEntries([...named].map(([, name = '', version = '']) => [name, version]));
}
