import { describe, expect, it } from 'vitest';
import { parseConnectUrl } from '../../../../providers/local/connect-url.ts';

describe('a connection string', () => {
  it.each([
    ['sc://localhost', { host: 'localhost', port: 15_002, tls: false, metadata: {} }],
    ['sc://spark.example:443/;use_ssl=true', { host: 'spark.example', port: 443, tls: true }],
    ['sc://[::1]:1234/', { host: '::1', port: 1234 }],
    ['sc://h/;token=a%3Db;user_id=ada', { metadata: { authorization: 'Bearer a=b' }, userId: 'ada' }],
    ['sc://h/;token=a', { tls: true }],
    ['sc://h/;token=a;use_ssl=false', { tls: true }],
    ['sc://127.example/;token=a', { tls: true }],
    ['sc://localhost/;token=a', { tls: false }],
    ['sc://127.0.0.1/;token=a', { tls: false }],
    ['sc://[::1]/;token=a;use_ssl=TRUE', { tls: true }],
    ['sc://h/;x-one=1;x-two=2=2', { metadata: { 'x-one': '1', 'x-two': '2=2' } }],
  ])('%s says where to dial', (url, endpoint) => {
    expect(parseConnectUrl(url)).toMatchObject(endpoint);
  });

  it.each([
    ['', 'must look like'],
    ['localhost:15002', 'must look like'],
    ['http://localhost', 'must look like'],
    ['sc://', 'must look like'],
    ['sc://host:0', 'must name a host, and a port'],
    ['sc://host:65536', 'must name a host, and a port'],
    ['sc://me@host', 'must name a host, and a port'],
    ['sc://host/;hush', 'must give each parameter as ";name=value"'],
    ['sc://host/;session_id=hush', 'must not give session_id'],
    ['sc://host/;use_ssl=hush', 'must give use_ssl as true or false'],
    ['sc://host/;token=%zzhush', 'must give the value of token with its special characters as %XX'],
  ])('%s is refused without a word of what it holds', (url, message) => {
    const parsed = parseConnectUrl(url);
    expect(parsed).toContain(message);
    expect(parsed).not.toContain('hush');
  });
});
