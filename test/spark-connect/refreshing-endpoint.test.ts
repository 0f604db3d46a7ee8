import { describe, expect, it } from 'vitest';
import type { ConnectEndpoint } from '../../src/contract/session-provider.ts';
import { silentLogger } from '../../src/session/system-ports.ts';
import { RefreshingEndpoint, REFRESH_MARGIN_MS } from '../../src/spark-connect/refreshing-endpoint.ts';

const LIFE_MS = 30 * 60_000;

/** An endpoint whose time and cloud the test plays. */
class Stage {
  nowMs = 1_000_000;
  asked = 0;
  refuses = false;
  lifeMs = LIFE_MS;
  readonly endpoint = new RefreshingEndpoint({
    logger: silentLogger,
    clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs, schedule: () => () => {} },
    ask: async (): Promise<ConnectEndpoint> => {
      this.asked += 1;
      if (this.refuses) throw new Error('no');
      const metadata = { token: String(this.asked) };
      return { host: 'h', port: 443, tls: true, metadata, expiresAtMs: this.nowMs + this.lifeMs };
    },
  });

  async token(): Promise<string | undefined> {
    const { metadata } = await this.endpoint.get();
    await Promise.resolve();
    return metadata['token'];
  }
}

describe('a token', () => {
  it('is asked for once by all who wait', async () => {
    const stage = new Stage();
    expect(await Promise.all([stage.token(), stage.token(), stage.token()])).toEqual(['1', '1', '1']);
    expect(stage.asked).toBe(1);
  });

  it('is renewed five minutes before its end, while the old one serves', async () => {
    const stage = new Stage();
    await stage.token();
    stage.nowMs += LIFE_MS - REFRESH_MARGIN_MS - 1;
    await stage.token();
    expect(stage.asked).toBe(1);
    stage.nowMs += 1;
    expect(await stage.token()).toBe('1');
    expect(await stage.token()).toBe('2');
    expect(stage.asked).toBe(2);
  });

  it('serves until its real end when it cannot be renewed', async () => {
    const stage = new Stage();
    await stage.token();
    stage.refuses = true;
    stage.nowMs += LIFE_MS - 1;
    expect(await stage.token()).toBe('1');
    expect(await stage.token()).toBe('1');
    expect(stage.asked).toBe(2);
    stage.nowMs += 1;
    await expect(stage.token()).rejects.toThrow('no');
    stage.refuses = false;
    expect(await stage.token()).toBe('4');
  });

  it('that lives shorter than the margin is renewed half-way, not at every call', async () => {
    const stage = new Stage();
    stage.lifeMs = 60_000;
    await stage.token();
    await stage.token();
    expect(stage.asked).toBe(1);
    stage.nowMs += 30_000;
    await stage.token();
    expect(stage.asked).toBe(2);
  });

  it('that was refused is replaced once, however many saw that', async () => {
    const stage = new Stage();
    const refused = await stage.endpoint.get();
    const [a, b] = await Promise.all([stage.endpoint.replace(refused), stage.endpoint.replace(refused)]);
    expect(a).toBe(b);
    expect(await stage.endpoint.replace(refused)).toBe(a);
    expect(stage.asked).toBe(2);
  });
});
