import type { ProxyTarget } from '../../src/provider-kit/proxy.ts';
import { urlTarget } from '../../src/provider-kit/url-target.ts';
import type { AwsConfig } from './aws-options.ts';

/**
 * Where a service is called: at the configured endpoint, or at the regional one.
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html (read 2026-11-30)
 */
export function serviceAddress(
  { endpoint, region }: Pick<AwsConfig, 'endpoint' | 'region'>,
  service: string,
): ProxyTarget {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return urlTarget(new URL(endpoint ?? `https://${service}.${region}.${suffix}`));
}
