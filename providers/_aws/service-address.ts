import type { AwsConfig } from './aws-options.ts';

/**
 * Where a service is called: at the configured endpoint, or at the regional one.
 * @see https://docs.aws.amazon.com/general/latest/gr/rande.html (read 2026-11-30)
 */
export function serviceAddress({ endpoint, region }: Pick<AwsConfig, 'endpoint' | 'region'>, service: string) {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(endpoint ?? `https://${service}.${region}.${suffix}`);
  const tls = url.protocol === 'https:';
  return { host: url.hostname, port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls };
}
