import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Variables } from '../../src/contract/provider-plugin.ts';

/**
 * The region of a profile in the shared AWS files. Read here and not by the SDK, because the options are known before the SDK is
 * loaded. The credentials file counts first, as in the SDK.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html (read 2026-11-30)
 */
export async function profileRegion(profile: string, env: Variables): Promise<string | undefined> {
  const home = env['HOME'] ?? env['USERPROFILE'];
  const inHome = (name: string): string | undefined => (home === undefined ? undefined : join(home, '.aws', name));
  const credentials = await textOf(env['AWS_SHARED_CREDENTIALS_FILE'] || inHome('credentials'));
  const config = await textOf(env['AWS_CONFIG_FILE'] || inHome('config'));
  const section = profile === 'default' ? ['default', 'profile default'] : [`profile ${profile}`];
  return regionIn(credentials, [profile]) ?? regionIn(config, section);
}

/** A file that cannot be read has no profiles. */
async function textOf(file: string | undefined): Promise<string> {
  return file === undefined ? '' : readFile(file, 'utf8').catch(() => '');
}

function regionIn(text: string, sections: readonly string[]): string | undefined {
  let isHere = false;
  let region: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) isHere = sections.includes(header.replace(/^profile\s+["']?(.*?)["']?$/, 'profile $1'));
    // An indented line belongs to the setting above it.
    else if (isHere) region = /^region\s*=\s*([^\s#;]+)/.exec(line)?.[1] ?? region;
  }
  return region;
}
