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
    ['sc://h/;x-aws-proxy-auth=a', { tls: true, metadata: { 'x-aws-proxy-auth': 'a' } }],
    ['sc://h/;authorization=Bearer%20a;use_ssl=false', { tls: true }],
    ['sc://h/;user_id=me', { tls: false }],
    ['sc://localhost/;x-aws-proxy-auth=a', { tls: false }],
    ['sc://localhost/;token=a', { tls: false }],
    ['sc://127.0.0.1/;token=a', { tls: false }],
    ['sc://[::1]/;token=a;use_ssl=TRUE', { tls: true }],
    ['sc://h/;x-one=1;x-two=2=2', { metadata: { 'x-one': '1', 'x-two': '2=2' } }],
  ])('%s is parsed', (url, endpoint) => {
    expect(parseConnectUrl(url)).toMatchObject(endpoint);
  });

  it.each([
    ['', 'must look like'],
    ['localhost:15002', 'must look like'],
    ['http://localhost', 'must look like'],
    ['sc://', 'must look like'],
    ['sc://host:0', 'must have a host and a port'],
    ['sc://host:65536', 'must have a host and a port'],
    ['sc://me@host', 'must have a host and a port'],
    ['sc://host/;hush', 'must have parameters of the form ";name=value"'],
    ['sc://host/;session_id=hush', 'must not set session_id'],
    ['sc://host/;use_ssl=hush', 'must have true or false as use_ssl'],
    ['sc://host/;token=%zzhush', 'must have the special characters in the value of token as %XX'],
  ])('%s is rejected, and the message repeats nothing of it', (url, message) => {
    const parsed = parseConnectUrl(url);
    expect(parsed).toContain(message);
    expect(parsed).not.toContain('hush');
  });
});
