import { createRequire } from 'node:module';
import type { EnvironmentConfig } from '../../config/config-options.ts';
import type { Finding } from '../../contract/diagnosis.ts';
import { openSessionsOf } from '../../open-sessions.ts';
import { openEnvironment, type OpenRequest } from '../../open-request.ts';
import { isBatchPlugin } from '../../contract/provider-plugin.ts';
import { requireThatFinds } from '../../provider-kit/load-peer.ts';
import { chooseEnvironment, type ChosenEnvironment } from '../chosen-environment.ts';
import type { CommandContext } from '../terminal.ts';
import { checkService } from './check-service.ts';
import { failedFinding } from './failed-finding.ts';

/** The oldest Node.js that anysession runs on. */
const OLDEST_NODE = 20;

/**
 * Checks what the command line opens, from this machine to its cloud, in the order in which a start needs the parts. Starts and changes
 * nothing.
 */
export async function* diagnose(context: CommandContext): AsyncGenerator<Finding, void, undefined> {
  yield nodeFinding(process.versions.node);
  let isDefault = false;
  let request: ChosenEnvironment;
  let config: EnvironmentConfig;
  try {
    request = await chooseEnvironment(context, () => {
      isDefault = true;
    });
    config = await openEnvironment(request as OpenRequest);
  } catch (error) {
    yield failedFinding('config', error);
    return;
  }
  yield configFinding(config, isDefault);
  const { plugin, providerConfig } = config;
  if (isBatchPlugin(plugin)) {
    yield { check: 'service', status: 'unknown', evidence: `doctor does not check run batches (${plugin.id})` };
    return;
  }
  const diagnosis = await plugin.diagnosis?.();
  const packages = (diagnosis?.packages ?? []).map(packageFinding);
  yield* packages;
  if (packages.some(({ status }) => status === 'problem')) return;
  // A sweep would change something.
  const sessions = await openSessionsOf(config, { ...request, sweepOnOpen: false });
  try {
    yield* checkService({ provider: sessions.provider, providerConfig, diagnosis }, context.terminal.signal);
  } finally {
    await sessions.close();
  }
}

function configFinding({ file, environment, plugin }: EnvironmentConfig, isDefault: boolean): Finding {
  if (isDefault) {
    const evidence = `no config file: the embedded engine is used (provider ${plugin.id})`;
    return { check: 'config', status: 'warning', evidence, fix: 'anysession config init' };
  }
  const where = file === undefined ? 'from the command line' : `${file}, environment ${environment}`;
  return { check: 'config', status: 'ok', evidence: `${where} (${plugin.id})` };
}

function nodeFinding(version: string): Finding {
  const evidence = `Node.js ${version}, anysession ${versionOf(createRequire(import.meta.url), 'anysession')}`;
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return { check: 'node', status: 'ok', evidence };
  return { check: 'node', status: 'problem', evidence, fix: `Install Node.js ${OLDEST_NODE} or later.` };
}

function packageFinding(name: string): Finding {
  try {
    return { check: 'package', status: 'ok', evidence: `${name} ${versionOf(requireThatFinds(name), name)}` };
  } catch {
    return { check: 'package', status: 'problem', evidence: `${name} is not installed`, fix: `npm install ${name}` };
  }
}

function versionOf(require: NodeJS.Require, name: string): string {
  return (require(`${name}/package.json`) as { readonly version: string }).version;
}
