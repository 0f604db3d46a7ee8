import type { Capabilities } from '../../src/contract/capabilities.ts';
import {
  CONTRACT_VERSION,
  definePlugin,
  type ProviderPlugin,
  type ProviderPorts,
} from '../../src/contract/provider-plugin.ts';
import { defaultOptions, type ObjectShape } from '../../src/provider-kit/option-shape.ts';
import { parseOptions } from '../../src/provider-kit/parse-options.ts';
import { ONE_CREDENTIAL_SOURCE } from './aws-options.ts';
import { findOptionsBy } from './find-options.ts';
import { AwsSessionProvider } from './session-provider.ts';
import type { SessionService } from './session-service.ts';

/** What the plugins of the AWS session providers differ in. */
interface AwsPluginParts<Config> extends Pick<ProviderPlugin<Config>, 'id' | 'summary'> {
  readonly diagnosis: NonNullable<ProviderPlugin<Config>['diagnosis']>;
  /** They depend only on options that have defaults. */
  readonly capabilities: (config: Config) => Capabilities;
  readonly variables: Readonly<Record<string, string>>;
  readonly shape: ObjectShape & Readonly<Record<string, unknown>>;
  /** For options whose shape does not say everything. */
  readonly parse?: ProviderPlugin<Config>['parseOptions'];
  readonly service: (config: Config, ports: ProviderPorts) => SessionService;
}

/** The plugin of a provider of sessions on AWS. */
export function awsPlugin<Config>(parts: AwsPluginParts<Config>): ProviderPlugin {
  const { id, summary, diagnosis, capabilities, variables, shape, service } = parts;
  return definePlugin<Config>({
    contractVersion: CONTRACT_VERSION,
    id,
    summary,
    // Safe: see the member.
    capabilities: capabilities(defaultOptions(shape) as unknown as Config),
    capabilitiesOf: capabilities,
    diagnosis,
    async probes() {
      const { awsProbe } = await import('./service-probe.ts');
      return { open: (config, ports) => awsProbe(service(config, ports), ports) };
    },
    environmentVariables: variables,
    findOptions: findOptionsBy(variables),
    optionsSchema: () => shape,
    parseOptions: parts.parse ?? ((options) => parseOptions<Config>(options, shape, ONE_CREDENTIAL_SOURCE)),
    create: (config, ports) => new AwsSessionProvider(service(config, ports), ports),
  });
}
