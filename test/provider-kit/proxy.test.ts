import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/provider-kit/proxy.ts';
import { SessionError } from '../../src/contract/session-error.ts';

const HTTPS_PROXY = 'http://proxy.corp:3128';
const target = (host: string, port = 443, tls = true) => ({ host, port, tls });

describe('the proxy of a connection', () => {
  it.each([
    ['upper case', { HTTPS_PROXY }, target('a.com'), HTTPS_PROXY],
    ['lower case', { https_proxy: HTTPS_PROXY }, target('a.com'), HTTPS_PROXY],
    ['both cases', { https_proxy: 'http://lower:1', HTTPS_PROXY }, target('a.com'), 'http://lower:1'],
    ['no scheme', { HTTPS_PROXY: 'proxy.corp:3128' }, target('a.com'), HTTPS_PROXY],
    ['no port', { HTTPS_PROXY: 'http://proxy.corp' }, target('a.com'), 'http://proxy.corp:80'],
    ['TLS to the proxy', { HTTPS_PROXY: 'https://proxy.corp' }, target('a.com'), 'https://proxy.corp:443'],
    ['an address in IPv6', { HTTPS_PROXY: 'http://[fd00::1]:3128' }, target('a.com'), 'http://[fd00::1]:3128'],
    ['a connection without TLS', { HTTPS_PROXY }, target('a.com', 80, false), undefined],
    ['HTTP_PROXY without TLS', { HTTP_PROXY: HTTPS_PROXY }, target('a.com', 80, false), HTTPS_PROXY],
    ['HTTP_PROXY with TLS', { HTTP_PROXY: HTTPS_PROXY }, target('a.com'), undefined],
    ['no variable', {}, target('a.com'), undefined],
    ['an empty variable', { HTTPS_PROXY: ' ' }, target('a.com'), undefined],
  ] as const)('with %s', (_, variables, to, address) => {
    expect(proxyFor(to, variables)?.address).toBe(address);
  });

  it.each(['localhost', 'LOCALHOST', 'x.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', '169.254.169.254'])(
    'is never used for %s',
    (host) => {
      expect(proxyFor(target(host), { HTTPS_PROXY })).toBeUndefined();
    },
  );

  it.each([
    ['*', 'a.com', true],
    ['a.com', 'a.com', true],
    ['a.com', 'A.COM.', true],
    ['a.com', 'x.y.a.com', true],
    ['a.com', 'ba.com', false],
    ['.a.com', 'x.a.com', true],
    ['.a.com', 'a.com', false],
    ['*.a.com', 'x.a.com', true],
    ['*.a.com', 'a.com', false],
    ['b.com, a.com', 'a.com', true],
    ['b.com a.com', 'a.com', true],
    ['a.com:443', 'a.com', true],
    ['a.com:8443', 'a.com', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['10.0.0.0/8', '10.200.1.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', 'a10.com', false],
    ['192.168.4.0/22', '192.168.7.255', true],
    ['192.168.4.0/22', '192.168.8.0', false],
    ['10.0.0.0/99', '10.0.0.1', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', '[fd12::1]', true],
    ['[fd00::1]', 'fd00::1', true],
    ['[fd00::1]:443', 'fd00::1', true],
    ['fd00::/8', 'fe00::1', false],
    ['', 'a.com', false],
    [',,', 'a.com', false],
  ])('NO_PROXY=%s and the host %s: direct is %s', (NO_PROXY, host, isDirect) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      expect(proxyFor(target(host), { HTTPS_PROXY, [name]: NO_PROXY }) === undefined).toBe(isDirect);
    }
  });

  it('keeps its password to itself', () => {
    const proxy = proxyFor(target('a.com'), { HTTPS_PROXY: 'http://user:p%40ss@proxy.corp:3128' });
    expect(proxy?.headers()).toEqual({ 'Proxy-Authorization': `Basic ${btoa('user:p@ss')}` });
    expect(inspect(proxy, { depth: 9, showHidden: true }) + JSON.stringify(proxy)).not.toMatch(/p%40ss|p@ss|dXNl/);
  });

  it.each([
    ['u:100%sure', 'u:100%sure'],
    ['u:p%zz%', 'u:p%zz%'],
    ['u:50%25%ff', 'u:50%%ff'],
    ['u:%C3%A4', 'u:ä'],
    ['u', 'u:'],
    [':token', ':token'],
  ])('sends the user and password of %s as they are', (written, sent) => {
    const proxy = proxyFor(target('a.com'), { HTTPS_PROXY: `http://${written}@proxy.corp:3128` });
    const credentials = Buffer.from(sent).toString('base64');
    expect(proxy?.headers()).toEqual({ 'Proxy-Authorization': `Basic ${credentials}` });
  });

  it.each(['socks5://user:secret@proxy.corp:1080', 'http://user:secret@:99999', 'http://us er:secret@x y'])(
    'is refused with the name of the variable, and not its value: %s',
    (value) => {
      const open = (): unknown => proxyFor(target('a.com'), { https_proxy: value });
      expect(open).toThrow(SessionError);
      expect(open).toThrow(/HTTPS_PROXY is not the URL of an HTTP proxy/);
      expect(open).not.toThrow(/secret/);
    },
  );
});
