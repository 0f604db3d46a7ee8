import { BlockList, isIP } from 'node:net';
import { SessionError } from '../contract/session-error.ts';

/** Where a connection goes. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** An HTTP proxy. Its password is only in what `headers` returns. */
export interface Proxy {
  /** For messages, such as `http://proxy.example:3128`. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  headers(): Readonly<Record<string, string>>;
}

/** The variables of a process. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Loopback, and the links on which clouds serve metadata: a proxy cannot reach this machine's own. */
const NEVER_PROXIED = addresses(['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10']);

/**
 * The proxy for a connection, from `HTTPS_PROXY` for TLS and from `HTTP_PROXY` for other connections, unless `NO_PROXY` names the
 * host. Lower-case names win, as in curl.
 * @throws SessionError `config-invalid` for a variable that is no URL of an HTTP proxy.
 */
export function proxyFor(target: ProxyTarget, variables: Variables = process.env): Proxy | undefined {
  const name = target.tls ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = read(variables, name);
  if (text === '' || isLocal(target.host) || isExcepted(target, read(variables, 'NO_PROXY'))) return undefined;
  return toProxy(text, name);
}

function read(variables: Variables, name: string): string {
  return (variables[name.toLowerCase()] || variables[name] || '').trim();
}

function toProxy(text: string, name: string): Proxy {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    // The value may hold a password.
    const message = `the variable ${name} is not the URL of an HTTP proxy; write http://host:port`;
    throw new SessionError('config-invalid', message, { operation: 'connect' });
  }
  const tls = url.protocol === 'https:';
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  const { username, password } = url;
  const credentials = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  const headers: Readonly<Record<string, string>> =
    username + password === '' ? {} : { 'Proxy-Authorization': `Basic ${credentials}` };
  const host = withoutBrackets(url.hostname);
  return { address: `${url.protocol}//${url.hostname}:${port}`, host, port, tls, headers: () => headers };
}

/** A password may hold a `%` that nobody encoded. */
function decode(text: string): string {
  return text.replace(/%[0-7][\da-f]|(?:%[89a-f][\da-f])+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

function isLocal(host: string): boolean {
  const name = withoutBrackets(host).toLowerCase();
  if (isIP(name) !== 0) return contains(NEVER_PROXIED, name);
  return name === 'localhost' || name.endsWith('.localhost') || name === 'metadata.google.internal';
}

/**
 * Whether `NO_PROXY` names a host: `*`, a name with all names below it, an address, or a range of addresses; with a port
 * or without. Kept libraries know names only. Names are not resolved, so that a range matches addresses.
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy (read 2026-11-30)
 */
function isExcepted({ host, port }: ProxyTarget, exceptions: string): boolean {
  const name = withoutBrackets(host).toLowerCase().replace(/\.$/, '');
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '' || entry === '*') return entry === '*';
      const [, pattern = entry, ofPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
      if (ofPort !== undefined && Number(ofPort) !== port) return false;
      const range = withoutBrackets(pattern);
      if (isIP(range.split('/')[0] ?? '') !== 0) return isIP(name) !== 0 && contains(addresses([range]), name);
      const domain = range.replace(/^\*?\./, '');
      return name.endsWith(`.${domain}`) || (name === domain && domain === range);
    });
}

function addresses(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = familyOf(address);
    const most = family === 'ipv6' ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (Number.isInteger(prefix) && prefix >= 0 && prefix <= most) list.addSubnet(address, prefix, family);
  }
  return list;
}

/** Of a text that is an address. Node compiles its pattern of IPv6 for milliseconds, at the start of every program. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
