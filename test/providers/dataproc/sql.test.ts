import { registerCloudSql } from '../cloud-sql.ts';

registerCloudSql({
  cloud: 'dataproc',
  tuned: ({ maxLifetimeMs }) => ({ dataproc: { ...(maxLifetimeMs !== undefined && { ttlMs: maxLifetimeMs }) } }),
});
